/**
 * @file The native library's encoder, asked synchronously: it is asynchronous, so a worker thread runs it while this one waits.
 *
 * One thread serves all tokenizers, and lets go of those that are no longer used.
 */
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";

const ENCODE_IN_WORKER = `
const { workerData: { library, port, signal } } = require("node:worker_threads");
const { Tokenizer } = require(library);
const tokenizers = new Map();
const open = (key, name) => {
  const { models, variants, opened } = tokenizers.get(key);
  const { settings, model } = variants[name];
  return (opened[name] ??= Tokenizer.fromString(settings.slice(0, -1) + ',"model":' + models[model] + "}"));
};
const encode = async ({ key, variant, text }) => {
  const encoding = await open(key, variant).encode(text, null, { addSpecialTokens: false });
  return { ids: encoding.getIds(), tokens: encoding.getTokens(), offsets: encoding.getOffsets() };
};
port.on("message", async (message) => {
  if (message.models) tokenizers.set(message.key, { ...message, opened: {} });
  else if (message.text === undefined) tokenizers.delete(message.key);
  else {
    port.postMessage(await encode(message).catch((error) => ({ error: error.message })));
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  }
});
`;

/** A tokenizer.json in two parts, as several share the larger one. */
export interface Variant<Model extends string> {
  /** JSON of everything but the model. */
  settings: string;
  model: Model;
}

export interface Reply {
  ids: number[];
  tokens: string[];
  /** Start and end of each token in Unicode code points. */
  offsets: [number, number][];
}

const unused = new FinalizationRegistry<number>((key) => thread?.port.postMessage({ key }));
let thread: { port: MessagePort; signal: Int32Array } | undefined;
let keys = 0;

function startThread() {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const library = createRequire(import.meta.url).resolve("tokenizers");
  const workerData = { library, port: port2, signal };
  new Worker(ENCODE_IN_WORKER, { eval: true, workerData, transferList: [port2] }).unref();
  port1.unref();
  return { port: port1, signal };
}

/**
 * Opens tokenizers in the thread, each when it is first asked for.
 *
 * @param models - JSON of each
 * @returns encodes a text without special tokens; throws the library's own errors
 */
export function openInThread<Name extends string, Model extends string>(
  models: Record<Model, string>,
  variants: Record<Name, Variant<Model>>,
): (variant: Name, text: string) => Reply {
  const { port, signal } = (thread ??= startThread());
  const key = keys++;
  port.postMessage({ key, models, variants });
  const ask = (variant: Name, text: string) => {
    Atomics.store(signal, 0, 0);
    port.postMessage({ key, variant, text });
    // The notice of the reply before may come late and wake this wait.
    while (Atomics.load(signal, 0) === 0) Atomics.wait(signal, 0, 0);
    const reply = receiveMessageOnPort(port)!.message as Reply | { error: string };
    if ("error" in reply) throw new Error(reply.error);
    return reply;
  };
  unused.register(ask, key);
  return ask;
}

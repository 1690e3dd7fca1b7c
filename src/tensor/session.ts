/**
 * @file Sessions of the native runtime, kept per process by what they compute.
 *
 * Compiling the same program again with the same number of threads finds the session; it is freed when its last user
 * releases it.
 */
import { createHash } from "node:crypto";
import { InferenceSession } from "onnxruntime-node";
import { isStopped, nativeCall } from "../base/native-calls.js";
import { encode } from "./lowering/encode.js";
import { type LoweredProgram, lower } from "./lowering/walk.js";
import type { CompileOptions } from "./options.js";
import type { Trace } from "./trace.js";

export interface Compiled {
  /** Fills the fetches from the feeds; blocks the thread meanwhile. */
  run(feeds: InferenceSession.FeedsType, fetches: InferenceSession.OnnxValueMapType): Promise<void>;
  ports: Pick<LoweredProgram, "inputs" | "outputs">;
  release(): Promise<void>;
}

const sessions = new Map<string, { session: Promise<InferenceSession>; users: number }>();

/** Lowers a traced program and readies it to run. Consumes the trace. */
export async function compileTrace({ program }: Trace, options: CompileOptions): Promise<Compiled> {
  return compileLowered(lower(program), options);
}

/** Readies a graph to run. */
export async function compileLowered(lowered: LoweredProgram, { threads = 1 }: CompileOptions): Promise<Compiled> {
  if (!Number.isInteger(threads) || threads < 1) throw new Error(`threads must be a positive integer, got ${threads}`);
  const bytes = encode(lowered);
  const key = `${threads}:${createHash("sha256").update(bytes).digest("hex")}`;
  const entry = sessions.get(key) ?? { session: createSession(bytes, threads), users: 0 };
  sessions.set(key, entry);
  entry.users++;
  let isReleased = false;
  const session = await entry.session;
  return {
    async run(feeds, fetches) {
      await nativeCall(() => session.run(feeds, fetches));
    },
    ports: { inputs: lowered.inputs, outputs: lowered.outputs },
    async release() {
      if (isReleased) return;
      isReleased = true;
      if (--entry.users > 0) return;
      sessions.delete(key);
      // A process that is ending gives its memory back anyway.
      if (!isStopped()) await nativeCall(() => session.release());
    },
  };
}

function createSession(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  return nativeCall(() =>
    InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    }),
  );
}

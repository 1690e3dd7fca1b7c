/**
 * @file A fake Anthropic endpoint: Messages and Message Batches as the official SDK calls them.
 *
 * It answers by a function of the user's text and counts what it would charge for. Faults are functions too: what they
 * return is done instead of, or before, answering.
 */
import { random } from "../../base/random.js";
import { type Exchange, pause, sendJson, serve } from "./http.js";

/** "drop" answers (and charges), then cuts the connection before a byte is sent. */
export type Fault = { status: number; headers?: Record<string, string>; message?: string } | "drop" | undefined;
export type Fate = "succeeded" | "expired" | "errored" | "canceled" | "invalid" | "absent";

export interface FakeOptions {
  /** The answer's text, and why the model stopped; other fields of the message as they are to be sent. */
  reply(user: string, system: string, maxTokens: number): { text: string; stop?: string; message?: object };
  /** @param attempt - 1 for the first time this text is asked */
  fault?(user: string, attempt: number, params: Params): Fault;
  /** What becomes of a request of a batch. @param attempt - 1 for the first batch it is in */
  fate?(user: string, attempt: number): Fate;
  /** What becomes of making a batch. "drop" makes it and cuts the connection. @param batch - 1 for the first */
  batchFault?(batch: number): Fault;
  /** Milliseconds a message, and a batch, take. */
  delay?: number;
  batchDelay?: number;
}

export interface Params {
  model: string;
  max_tokens: number;
  system: string;
  messages: { role: string; content: string }[];
  output_config?: unknown;
}
interface Batch {
  id: string;
  ended: number;
  lines: string[];
  requests: number;
}

export interface FakeAnthropic {
  url: string;
  /** Times each user text was answered, and so paid for. */
  paid: Map<string, number>;
  /** Dollars charged, at 1 and 5 per million tokens, batches at half. */
  charged: number;
  /** The most that was in flight at once. */
  mostInFlight: number;
  batches: Batch[];
  /** Keys that came with requests. */
  keys: Set<string>;
  requests: Params[];
}

const OUTPUT_TOKENS = 20;

export async function fakeAnthropic(options: FakeOptions): Promise<FakeAnthropic> {
  const { reply, fault, fate, batchFault, delay = 1, batchDelay = 20 } = options;
  const asked = new Map<string, number>();
  let inFlight = 0;
  let makings = 0;
  const fake: FakeAnthropic = {
    ...{ url: "", paid: new Map(), charged: 0, mostInFlight: 0, batches: [], keys: new Set(), requests: [] },
  };
  const attemptOf = (user: string) => {
    asked.set(user, (asked.get(user) ?? 0) + 1);
    return asked.get(user)!;
  };
  const answer = (params: Params, share: number) => {
    const user = params.messages[0].content;
    fake.requests.push(params);
    fake.paid.set(user, (fake.paid.get(user) ?? 0) + 1);
    const inputTokens = Math.ceil((params.system.length + user.length) / 4);
    fake.charged += (share * (inputTokens * 1 + OUTPUT_TOKENS * 5)) / 1e6;
    const { text, stop = "end_turn", message } = reply(user, params.system, params.max_tokens);
    return {
      ...{ id: "msg_1", type: "message", role: "assistant", model: params.model, stop_reason: stop },
      content: text === "" ? [] : [{ type: "text", text }],
      usage: { input_tokens: inputTokens, output_tokens: OUTPUT_TOKENS },
      ...message,
    };
  };
  const message = async ({ body, response }: Exchange) => {
    const params = body as Params;
    inFlight++;
    fake.mostInFlight = Math.max(fake.mostInFlight, inFlight);
    await pause(delay);
    inFlight--;
    const wrong = fault?.(params.messages[0].content, attemptOf(params.messages[0].content), params);
    if (wrong && wrong !== "drop") return sendError(response, wrong);
    const answered = answer(params, 1);
    if (wrong === "drop") response.destroy();
    else sendJson(response, 200, answered);
  };
  const makeBatch = async ({ body, response }: Exchange) => {
    const wrong = batchFault?.(++makings);
    if (wrong && wrong !== "drop") return sendError(response, wrong);
    const { requests } = body as { requests: { custom_id: string; params: Params }[] };
    const id = `msgbatch_${String(fake.batches.length + 1).padStart(4, "0")}`;
    const lines = requests.flatMap(({ custom_id, params }) => {
      const user = params.messages[0].content;
      const result = resultOf(fate?.(user, attemptOf(user)) ?? "succeeded", () => answer(params, 0.5));
      return result ? [JSON.stringify({ custom_id, result })] : [];
    });
    const order = random(fake.batches.length, "fake results").permutation(lines.length);
    const shuffled = Array.from(order, (index) => lines[index]);
    fake.batches.push({ id, ended: Date.now() + batchDelay, lines: shuffled, requests: requests.length });
    if (wrong === "drop") response.destroy();
    else sendJson(response, 200, stateOf(fake.batches.at(-1)!, fake.url));
  };
  fake.url = await serve(async (exchange) => {
    const { method, url, headers, response } = exchange;
    fake.keys.add(String(headers.authorization).replace("Bearer ", ""));
    const [, , kind, batches, id, results] = url.pathname.split("/");
    if (method === "POST" && kind === "messages" && !batches) return message(exchange);
    if (method === "POST" && batches === "batches" && !id) return makeBatch(exchange);
    if (batches === "batches" && !id) {
      const listed = [...fake.batches].reverse();
      const after = listed.findIndex((batch) => batch.id === url.searchParams.get("after_id")) + 1;
      const page = listed.slice(after, after + 2);
      const data = page.map((batch) => stateOf(batch, fake.url));
      const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
      return sendJson(response, 200, { data, has_more: after + 2 < listed.length, ...ends });
    }
    const batch = fake.batches.find((each) => each.id === id);
    if (!batch) return sendError(response, { status: 404 });
    if (results) response.writeHead(200, { "content-type": "application/x-jsonl" }).end(`${batch.lines.join("\n")}\n`);
    else sendJson(response, 200, stateOf(batch, fake.url));
  });
  return fake;
}

function resultOf(fate: Fate, answer: () => unknown) {
  const errored = (type: string) => ({
    type: "errored",
    error: { type: "error", error: { type, message: `synthetic ${type}` } },
  });
  if (fate === "absent") return undefined;
  if (fate === "succeeded") return { type: fate, message: answer() };
  if (fate === "errored") return errored("overloaded_error");
  return fate === "invalid" ? errored("invalid_request_error") : { type: fate };
}

function stateOf({ id, ended, lines, requests }: Batch, url: string) {
  const hasEnded = Date.now() >= ended;
  const counts = { canceled: 0, errored: requests - lines.length, expired: 0 };
  return {
    ...{ id, type: "message_batch", processing_status: hasEnded ? "ended" : "in_progress" },
    request_counts: { ...counts, processing: hasEnded ? 0 : lines.length, succeeded: hasEnded ? lines.length : 0 },
    results_url: hasEnded ? `${url}/v1/messages/batches/${id}/results` : null,
  };
}

function sendError(
  response: Exchange["response"],
  { status, headers, message = `synthetic ${status}` }: Exclude<Fault, "drop" | undefined>,
) {
  const type = status === 429 ? "rate_limit_error" : status === 529 ? "overloaded_error" : "api_error";
  sendJson(response, status, { type: "error", error: { type, message } }, headers);
}

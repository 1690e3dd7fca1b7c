/** @file A fake OpenAI-compatible endpoint: chat completions and embeddings. */
import { pause, sendJson, serve } from "./http.js";

export interface FakeReply {
  text?: string;
  stop?: string | null;
  refusal?: string;
  /** In place of the message, of the tokens, or of the whole body, made by those. */
  message?: unknown;
  usage?: unknown;
  body?: unknown;
}

export interface FakeOpenAiOptions {
  reply(user: string, body: FakeBody): FakeReply;
  /** Refuses a request as a whole: the body sent with status 400, or undefined where it is taken. */
  refuse?(body: FakeBody): unknown;
  /** An HTTP status, "drop", or a body that is not an answer. @param attempt - 1 for the first time */
  fault?(
    user: string,
    attempt: number,
  ): { status: number; headers?: Record<string, string> } | "drop" | "nonsense" | undefined;
  embedding?(text: string): number[];
  delay?: number;
  /** Leave out `usage`, as some servers do. */
  withoutUsage?: boolean;
}

/** What is asked, as far as fakes look at it. */
export interface FakeBody {
  messages: { role: string; content: string }[];
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  response_format?: unknown;
}

export interface FakeOpenAi {
  url: string;
  paid: Map<string, number>;
  bodies: Record<string, unknown>[];
  keys: Set<string>;
}

export async function fakeOpenAi(options: FakeOpenAiOptions): Promise<FakeOpenAi> {
  const { reply, refuse, fault, embedding, delay = 1, withoutUsage } = options;
  const fake: FakeOpenAi = { url: "", paid: new Map(), bodies: [], keys: new Set() };
  const asked = new Map<string, number>();
  const origin = await serve(async ({ url, headers, body, response }) => {
    fake.keys.add(String(headers.authorization));
    fake.bodies.push(body as Record<string, unknown>);
    await pause(delay);
    if (url.pathname === "/v1/embeddings") {
      const { input } = body as { input: string[] };
      const data = input.map((text, index) => ({ index, embedding: embedding?.(text) ?? [text.length] })).reverse();
      return sendJson(response, 200, { data, usage: { prompt_tokens: input.join("").length } });
    }
    if (url.pathname !== "/v1/chat/completions") return sendJson(response, 404, { error: { message: url.pathname } });
    const asks = body as FakeBody;
    const refused = refuse?.(asks);
    if (refused !== undefined) return sendJson(response, 400, refused);
    const user = asks.messages[asks.messages.length - 1].content;
    asked.set(user, (asked.get(user) ?? 0) + 1);
    const wrong = fault?.(user, asked.get(user)!);
    if (wrong && typeof wrong === "object")
      return sendJson(response, wrong.status, { error: { message: `synthetic ${wrong.status}` } }, wrong.headers);
    fake.paid.set(user, (fake.paid.get(user) ?? 0) + 1);
    if (wrong === "drop") return void response.destroy();
    if (wrong === "nonsense") return sendJson(response, 200, { choices: "none" });
    const said = reply(user, asks);
    if ("body" in said) return sendJson(response, 200, said.body);
    const { text, stop = "stop", refusal } = said;
    const message = said.message ?? { role: "assistant", content: refusal ? null : text, ...(refusal && { refusal }) };
    const usage = withoutUsage
      ? undefined
      : "usage" in said
        ? said.usage
        : { prompt_tokens: 50, completion_tokens: 10 };
    sendJson(response, 200, { choices: [{ index: 0, finish_reason: stop, message }], usage });
  });
  fake.url = `${origin}/v1`;
  return fake;
}

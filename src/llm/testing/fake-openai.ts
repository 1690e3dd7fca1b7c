/** @file A fake OpenAI-compatible endpoint: chat completions and embeddings. */
import { pause, sendJson, serve } from "./http.js";

export interface FakeOpenAiOptions {
  reply(user: string): { text: string; stop?: string; refusal?: string };
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

export interface FakeOpenAi {
  url: string;
  paid: Map<string, number>;
  bodies: Record<string, unknown>[];
  keys: Set<string>;
}

export async function fakeOpenAi(options: FakeOpenAiOptions): Promise<FakeOpenAi> {
  const { reply, fault, embedding, delay = 1, withoutUsage } = options;
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
    const user = (body as { messages: { content: string }[] }).messages[1].content;
    asked.set(user, (asked.get(user) ?? 0) + 1);
    const wrong = fault?.(user, asked.get(user)!);
    if (wrong && typeof wrong === "object")
      return sendJson(response, wrong.status, { error: { message: `synthetic ${wrong.status}` } }, wrong.headers);
    fake.paid.set(user, (fake.paid.get(user) ?? 0) + 1);
    if (wrong === "drop") return void response.destroy();
    if (wrong === "nonsense") return sendJson(response, 200, { choices: "none" });
    const { text, stop = "stop", refusal } = reply(user);
    const message = { role: "assistant", content: refusal ? null : text, ...(refusal ? { refusal } : {}) };
    const usage = withoutUsage ? undefined : { prompt_tokens: 50, completion_tokens: 10 };
    sendJson(response, 200, { choices: [{ index: 0, finish_reason: stop, message }], usage });
  });
  fake.url = `${origin}/v1`;
  return fake;
}

import { describe, expect, it } from "vitest";
import { completionCall, openAiEmbedder, openAiProvider, priceOf, similarityCall } from "./index.js";
import { fakeOpenAi } from "./testing/fake-openai.js";
import { opened, SYNTHETIC_KEY, withKey } from "./testing/setup.js";

const reply = (user: string) => ({ text: `answer to ${user}` });
const schema = { type: "object", properties: {}, additionalProperties: false };

function questions(baseUrl: string, count: number) {
  const provider = openAiProvider({ model: "local", baseUrl });
  return Array.from({ length: count }, (_, index) =>
    completionCall(provider, priceOf(provider), { system: "s", user: `question ${index}`, maxTokens: 50, schema }),
  );
}

describe("OpenAI-compatible endpoints", () => {
  it("need no key on a local address, cost nothing there, and are asked to follow the schema", async () => {
    const fake = await fakeOpenAi({ reply, withoutUsage: true });
    const { asker } = await opened({ maxCost: 0 });
    const outcomes = await asker.ask(questions(fake.url, 5));
    expect(outcomes[4]).toMatchObject({ answer: { text: "answer to question 4", stop: "end" } });
    expect(asker.spent()).toMatchObject({ answers: 5, dollars: 0 });
    expect([...fake.keys]).toEqual(["undefined"]);
    expect(fake.bodies[0]).toMatchObject({ response_format: { json_schema: { schema } }, max_tokens: 50 });
  });

  it("survive 429, 500, cut connections and answers that are none; refusals and cut answers are told apart", async () => {
    withKey("OPENAI_API_KEY");
    const faults = [{ status: 429, headers: { "retry-after": "0" } }, { status: 500 }, "drop", "nonsense"] as const;
    const fake = await fakeOpenAi({
      reply: (user) => (user.endsWith("1") ? { text: "", refusal: "no" } : { text: "x", stop: "length" }),
      fault: (_, attempt) => faults[attempt - 1],
    });
    const { asker } = await opened();
    const [cut, refused] = await asker.ask(questions(fake.url, 2));
    expect(cut).toMatchObject({ answer: { stop: "length" } });
    expect(refused).toMatchObject({ answer: { stop: "refusal" } });
    expect([...fake.keys]).toEqual([`Bearer ${SYNTHETIC_KEY}`]);
  });

  it("embed: cosines of texts with a query, in order, asked for once", async () => {
    const fake = await fakeOpenAi({ reply, embedding: (text) => [text.length, 1] });
    const embedder = openAiEmbedder({ model: "local", baseUrl: fake.url });
    const { asker } = await opened({ maxCost: 0 });
    const call = () => similarityCall(embedder, priceOf(embedder), "ab", ["ab", "abcdefgh", ""]);
    const [outcome] = await asker.ask([call()]);
    await asker.ask([call()]);
    const cosines = JSON.parse("answer" in outcome ? outcome.answer.text : "") as number[];
    expect(cosines[0]).toBeCloseTo(1, 12);
    expect(cosines[1]).toBeCloseTo(17 / Math.sqrt(5 * 65), 12);
    expect(cosines[2]).toBeCloseTo(1 / Math.sqrt(5), 12);
    expect(fake.bodies).toHaveLength(1);
  });

  it("are refused when the address holds a secret, or would carry the key in clear", () => {
    withKey("OPENAI_API_KEY");
    const at = (baseUrl: string) => () => openAiProvider({ model: "m", baseUrl });
    expect(at("https://me:secret@example.com/v1")).toThrow(/environment only/);
    expect(at("https://example.com/v1?key=secret")).toThrow(/environment only/);
    expect(at("http://example.com/v1")).toThrow(/in clear/);
    expect(at("ftp://example.com")).toThrow(/not supported/);
    expect(at("https://example.com/v1")).not.toThrow();
  });

  it("need a price where they are not local", () => {
    const provider = openAiProvider({ model: "unheard-of", baseUrl: "https://example.com/v1" });
    expect(() => priceOf(provider)).toThrow(/--price-in/);
    expect(priceOf(provider, { input: 2, output: 8 })).toMatchObject({ input: 2e-6, output: 8e-6 });
    expect(priceOf({ name: "anthropic", model: "claude-haiku-4-5-20251001", isLocal: false })).toEqual({
      ...{ input: 1e-6, output: 5e-6, batchShare: 0.5 },
    });
  });
});

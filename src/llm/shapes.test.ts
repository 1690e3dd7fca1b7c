import { describe, expect, it } from "vitest";
import { anthropicProvider, completionCall, openAiProvider, priceOf } from "./index.js";
import { fakeAnthropic } from "./testing/fake-anthropic.js";
import { type FakeReply, fakeOpenAi } from "./testing/fake-openai.js";
import { textsBelow } from "./testing/kills.js";
import { calls, opened, PRICE, SYNTHETIC_KEY, withKey } from "./testing/setup.js";

const request = { system: "s", user: "q", maxTokens: 50 };

/** What an OpenAI-compatible server's reply is taken for. */
async function readReply(reply: FakeReply) {
  const fake = await fakeOpenAi({ reply: () => reply });
  const provider = openAiProvider({ model: "local", baseUrl: fake.url });
  const { asker } = await opened({ maxCost: 10, attempts: 2 });
  const [outcome] = await asker.ask([completionCall(provider, PRICE, request)]);
  return { outcome, paid: fake.paid.get("q") };
}

describe("what a server says is found", () => {
  const parts = (...content: unknown[]) => ({ message: { role: "assistant", content } });
  it.each<[string, FakeReply, object]>([
    ["as text", { text: "A" }, { text: "A", stop: "end" }],
    ["in parts", parts({ type: "text", text: "A" }, { type: "text", text: "B" }), { text: "AB" }],
    ["in parts of other names", parts({ type: "output_text", text: "A" }, "B"), { text: "AB" }],
    [
      "beside a part that is thinking",
      parts({ type: "thinking", thinking: [{ type: "text", text: "t" }] }, { type: "text", text: "A" }),
      { text: "A" },
    ],
    ["beside thinking in a field", { message: { content: "A", reasoning_content: "t" } }, { text: "A" }],
    ["in thinking alone", { message: { content: null, reasoning_content: "A" } }, { text: "<think>A</think>" }],
    ["in thinking of another name", { message: { content: "", reasoning: "A" } }, { text: "<think>A</think>" }],
    [
      "in a thinking part alone",
      parts({ type: "thinking", thinking: [{ type: "text", text: "A" }] }),
      { text: "<think>A</think>" },
    ],
    [
      "in the arguments of a tool call",
      { message: { content: null, tool_calls: [{ function: { name: "answer", arguments: '{"a":1}' } }] } },
      { text: '{"a":1}' },
    ],
    ["in a completion of old", { body: { choices: [{ text: "A", finish_reason: "stop" }] } }, { text: "A" }],
    ["with a refusal that is null", { message: { content: "A", refusal: null } }, { text: "A", stop: "end" }],
    ["as a refusal", { message: { content: null, refusal: "I will not" } }, { text: "I will not", stop: "refusal" }],
    ["held back by a filter", { text: "", stop: "content_filter" }, { stop: "refusal" }],
    ["cut by thinking", { message: { content: "", reasoning_content: "hm" }, stop: "length" }, { stop: "length" }],
    ["cut, in another server's word", { text: "A", stop: "MAX_TOKENS" }, { stop: "length" }],
    ["without a reason to stop", { text: "A", stop: null }, { text: "A", stop: "other" }],
  ])("%s", async (_, reply, expected) => {
    const { outcome, paid } = await readReply(reply);
    expect(outcome).toMatchObject({ answer: expected });
    expect(paid).toBe(1);
  });

  it.each([
    ["null", null],
    ["missing", undefined],
    ["nulls", { prompt_tokens: null, completion_tokens: null }],
    ["text", "10 tokens"],
  ])("with tokens that are %s: the most that can have been used counts", async (_, usage) => {
    const { outcome, paid } = await readReply({ text: "A", usage });
    expect(outcome).toMatchObject({ answer: { text: "A", usage: { inputTokens: 1002, outputTokens: 50 } } });
    expect(paid).toBe(1);
  });
});

describe("what is no answer is asked again, not taken for an empty one", () => {
  const error = { message: "the engine is overloaded", code: 503 };
  it.each<[string, unknown, RegExp]>([
    ["an error", { error }, /200 the engine is overloaded 503/],
    ["an error that is a text", { error: "model is loading" }, /200 model is loading/],
    ["an error by its object", { object: "error", ...error }, /200 the engine is overloaded/],
    ["a detail", { detail: "try later" }, /200 try later/],
    ["an error in a choice", { choices: [{ error, message: { content: "" } }] }, /200 the engine is overloaded/],
    ["no choices", { choices: [], usage: null }, /not an answer of this API/],
    ["null", null, /not an answer of this API/],
  ])("%s with HTTP 200", async (_, body, said) => {
    let asked = 0;
    const fake = await fakeOpenAi({ reply: () => (asked++ < 3 ? { body } : { text: "A" }) });
    const provider = openAiProvider({ model: "local", baseUrl: fake.url });
    const call = () => completionCall(provider, priceOf(provider), request);
    const first = await opened({ attempts: 2 });
    expect(await first.asker.ask([call()])).toEqual([{ failure: expect.stringMatching(said) }]);
    await first.close();
    const { asker } = await opened({}, first.folder);
    expect(await asker.ask([call()])).toMatchObject([{ answer: { text: "A" } }]);
    expect(asked).toBe(4);
  });

  it("stops at once when the body says that nothing would work", async () => {
    const fake = await fakeOpenAi({
      reply: () => ({ body: { error: { message: "no such key", code: "invalid_api_key" } } }),
    });
    const provider = openAiProvider({ model: "local", baseUrl: fake.url });
    const { asker } = await opened();
    await expect(asker.ask([completionCall(provider, priceOf(provider), request)])).rejects.toThrow(/no such key/);
    expect(fake.bodies).toHaveLength(1);
  });
});

describe("the key", () => {
  it("that a server sends back, in whatever place, reaches neither the ledger nor a message", async () => {
    withKey("OPENAI_API_KEY");
    withKey();
    const said = `your key is ${SYNTHETIC_KEY}`;
    const replies: FakeReply[] = [
      { message: { content: [{ type: "text", text: said }] } },
      { message: { content: null, reasoning_content: said } },
      { message: { content: null, tool_calls: [{ function: { arguments: said } }] } },
      { message: { content: null, refusal: said } },
      { body: { error: { message: said } } },
      { body: { choices: [{ error: said, message: null }] } },
      { body: { nothing: said } },
    ];
    const fake = await fakeOpenAi({ reply: (user) => replies[Number(user)] });
    const anthropic = await fakeAnthropic({
      reply: () => ({ text: "", message: { content: [{ type: "thinking", thinking: said, signature: "" }] } }),
    });
    const provider = openAiProvider({ model: "local", baseUrl: fake.url });
    const { asker, folder } = await opened({ attempts: 1, maxUnknown: 0.1 });
    const problem = ({ text }: { text: string }) => ({ why: "malformed" as const, said: text });
    const asked = replies.map((_, index) =>
      completionCall(provider, PRICE, { ...request, user: String(index) }, { problem }),
    );
    const outcomes = await asker.ask([...asked, ...calls(anthropic.url, 1)]);
    expect([...fake.keys]).toEqual([`Bearer ${SYNTHETIC_KEY}`]);
    expect(JSON.stringify(outcomes).match(/your key is \[key\]/g)).toHaveLength(replies.length + 1);
    for (const text of [JSON.stringify(outcomes), ...textsBelow(folder)]) expect(text).not.toContain(SYNTHETIC_KEY);
  });
});

describe("Anthropic's messages", () => {
  const thinking = { type: "thinking", thinking: "hm", signature: "" };
  it.each([
    ["text beside thinking", [thinking, { type: "text", text: "A" }], "A"],
    ["thinking alone", [thinking], "<think>hm</think>"],
    [
      "parts of text",
      [
        { type: "text", text: "A" },
        { type: "redacted_thinking", data: "x" },
        { type: "text", text: "B" },
      ],
      "AB",
    ],
  ])("are read from %s", async (_, content, text) => {
    withKey();
    const fake = await fakeAnthropic({ reply: () => ({ text: "", message: { content } }) });
    const { asker } = await opened();
    expect(await asker.ask(calls(fake.url, 1))).toMatchObject([{ answer: { text } }]);
  });

  it.each([true, false])("that are errors with HTTP 200 are asked again; in batches: %s", async (useBatches) => {
    withKey();
    const error = { type: "error", error: { type: "overloaded_error", message: "busy" } };
    let asked = 0;
    const fake = await fakeAnthropic({ reply: () => (asked++ === 0 ? { text: "", message: error } : { text: "A" }) });
    const { asker } = await opened({ useBatches });
    expect(await asker.ask(calls(fake.url, 1))).toMatchObject([{ answer: { text: "A" } }]);
  });

  it.each([true, false])("without tokens cost the most they can; in batches: %s", async (useBatches) => {
    withKey();
    const fake = await fakeAnthropic({ reply: () => ({ text: "A", message: { usage: null } }) });
    const { asker } = await opened({ useBatches });
    await asker.ask(calls(fake.url, 1));
    expect(asker.spent().dollars).toBeCloseTo((useBatches ? 0.5 : 1) * (1019e-6 + 50 * 5e-6), 12);
  });

  it("are asked for without a schema where the model cannot follow one", async () => {
    withKey();
    const fake = await fakeAnthropic({
      reply: () => ({ text: "A" }),
      fault: (_, __, params) =>
        params.output_config ? { status: 400, message: "output_config: Extra inputs are not permitted" } : undefined,
    });
    const provider = anthropicProvider({ model: "m", baseUrl: fake.url });
    const { asker } = await opened();
    const schema = { type: "object" };
    const asked = ["a", "b"].map((user) => completionCall(provider, PRICE, { ...request, user, schema }));
    for (const outcome of await asker.ask(asked)) expect(outcome).toMatchObject({ answer: { text: "A" } });
  });
});

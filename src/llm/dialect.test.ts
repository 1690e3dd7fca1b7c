import { describe, expect, it } from "vitest";
import { adapted, type Dialect } from "./dialect.js";
import { completionCall, openAiProvider, priceOf } from "./index.js";
import { type FakeBody, fakeOpenAi } from "./testing/fake-openai.js";
import { opened } from "./testing/setup.js";

const schema = { type: "object", properties: {}, additionalProperties: false };
const reply = () => ({ text: "A" });
const unsupported = (param: string, instead = "") => ({
  error: {
    message: `Unsupported parameter: '${param}' is not supported with this model.${instead}`,
    param,
    code: "unsupported_parameter",
  },
});

/** Asks 30 questions of a server that refuses some bodies. */
async function askPicky(refuse: (body: FakeBody) => unknown) {
  const fake = await fakeOpenAi({ reply, refuse });
  const provider = openAiProvider({ model: "picky", baseUrl: fake.url });
  const { asker } = await opened({ concurrency: 3 });
  const calls = Array.from({ length: 30 }, (_, index) =>
    completionCall(provider, priceOf(provider), { system: "rules", user: `question ${index}`, maxTokens: 50, schema }),
  );
  const outcomes = await asker.ask(calls);
  return {
    outcomes,
    last: fake.bodies.at(-1) as unknown as FakeBody,
    refused: fake.bodies.length - fake.paid.size,
    asker,
  };
}

describe("a server that refuses a way of asking", () => {
  it.each<[string, (body: FakeBody) => unknown, object]>([
    [
      "the limit by its old name",
      ({ max_tokens }) => max_tokens && unsupported("max_tokens", " Use 'max_completion_tokens' instead."),
      { max_completion_tokens: 50, temperature: 0 },
    ],
    [
      "a temperature",
      ({ temperature }) =>
        temperature !== undefined && {
          error: {
            message:
              "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
          },
        },
      { max_tokens: 50 },
    ],
    [
      "a schema",
      ({ response_format }) => response_format && { detail: "response_format.type json_schema: grammar engine is off" },
      { max_tokens: 50 },
    ],
    [
      "a system message",
      ({ messages }) => messages.length > 1 && { error: { message: "System role not supported" } },
      { messages: [{ role: "user", content: expect.stringMatching(/^rules\n\nquestion \d+$/) }] },
    ],
    [
      "all of them, one after another",
      (body) =>
        (body.max_tokens && unsupported("max_tokens", " Use 'max_completion_tokens' instead.")) ||
        (body.temperature !== undefined && unsupported("temperature")) ||
        (body.response_format && unsupported("response_format")) ||
        (body.messages.length > 1 && { error: { message: "'system' role is not supported with this model" } }) ||
        undefined,
      { max_completion_tokens: 50 },
    ],
  ])("%s is asked as it wants, and not refused again in the run", async (_, refuse, expected) => {
    const { outcomes, last, refused, asker } = await askPicky((body) => refuse(body) || undefined);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ answer: { text: "A" } });
    expect(last).toMatchObject(expected);
    // Only what was in flight when it was learnt.
    expect(refused).toBeLessThanOrEqual(3 * 4);
    expect(asker.spent().perhapsLost).toBe(0);
  });

  it("altogether is given up on, with what it says", async () => {
    const { outcomes } = await askPicky(() => unsupported("max_tokens", " Use 'max_completion_tokens' instead.")).catch(
      (error: Error) => ({ outcomes: error.message }),
    );
    expect(outcomes).toMatch(/10 calls in a row; the last said: 400 Unsupported parameter/);
  });
});

describe("what a server complains of", () => {
  const dialect: Dialect = { limit: "max_tokens", takesTemperature: true, takesSchema: true, takesSystem: true };
  it.each([
    "'max_tokens' or 'max_completion_tokens' is too large: 4096. The model's context is 2048 tokens.",
    "max_tokens is too large: 9000. This model supports at most 4096 completion tokens",
    "temperature must be between 0 and 2",
    "the prompt is too long: 9000 tokens",
    "rate limit reached for the system",
  ])("is not taken for a way of asking: %s", (message) => {
    expect(adapted(dialect, message)).toBeUndefined();
  });

  it("is undone where the other name of the limit is refused", () => {
    const next = adapted({ ...dialect, limit: "max_completion_tokens" }, "unknown field max_completion_tokens");
    expect(next).toEqual(dialect);
  });
});

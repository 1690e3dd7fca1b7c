import { describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../base/hash.js";
import { anthropicProvider, completionCall } from "./index.js";
import { fakeAnthropic } from "./testing/fake-anthropic.js";
import { opened, PRICE, withKey } from "./testing/setup.js";
import type { Answer } from "./types.js";

/** Questions of which only a text that begins with "answer" is an answer. */
function questions(url: string, count: number, maxTokens = 50) {
  const provider = anthropicProvider({ model: "synthetic-model", baseUrl: url });
  const problem = ({ text, stop }: Answer) =>
    text.startsWith("answer") && stop === "end" ? undefined : { why: "malformed" as const, said: text };
  return Array.from({ length: count }, (_, index) =>
    completionCall(provider, PRICE, { system: "synthetic", user: `question ${index}`, maxTokens }, { problem }),
  );
}

const timesOf = ({ paid }: { paid: Map<string, number> }) => Object.fromEntries(paid);

describe("a question without an answer", () => {
  it.each([false, true])(
    "is asked again by the next run, once, and an answered one never; in batches: %s",
    async (useBatches) => {
      withKey();
      let run = 1;
      const fake = await fakeAnthropic({
        reply: (user) => {
          if (user.endsWith("1") && run < 3) return { text: "As a language model" };
          if (user.endsWith("2") && run < 2) return { text: "", stop: "refusal" };
          return { text: "answer" };
        },
        batchDelay: 1,
      });
      let folder: string | undefined;
      for (; run <= 4; run++) {
        const { asker, close, ...rest } = await opened({ useBatches }, folder);
        folder = rest.folder;
        const outcomes = await asker.ask(questions(fake.url, 4));
        const isAnswered = outcomes.map((outcome) => "answer" in outcome && outcome.answer.text === "answer");
        expect(isAnswered).toEqual([true, run >= 3, run >= 2, true]);
        // All that was paid for counts, also what nothing could be made of.
        expect(asker.spent().dollars).toBeCloseTo(fake.charged, 12);
        // In the same run it is not asked in the hope of something better.
        await asker.ask(questions(fake.url, 4));
        await close();
      }
      expect(timesOf(fake)).toEqual({ "question 0": 1, "question 1": 3, "question 2": 2, "question 3": 1 });
    },
  );

  it("counts towards the cap of the next run with all that was paid for it", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply: () => ({ text: "nonsense" }) });
    const first = await opened();
    await first.asker.ask(questions(fake.url, 8));
    await first.close();
    const { asker } = await opened({ maxCost: fake.charged + 0.0005 }, first.folder);
    await expect(asker.ask(questions(fake.url, 8))).rejects.toThrow(/--max-cost/);
    expect(timesOf(fake)["question 0"]).toBe(1);
  });

  it("stops the work when it is one of twenty and none has an answer, before more is paid for", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply: () => ({ text: "I\u001b[31m cannot\nsay" }) });
    const options = { concurrency: 2, maxUnknown: 0.1, judge: "anthropic:synthetic" };
    const { asker } = await opened(options);
    await expect(asker.ask(questions(fake.url, 200))).rejects.toThrow(
      /^2\d of 2\d questions to anthropic:synthetic have no answer \(100 %; --max-unknown allows 10 %\)\. The commonest reason is "malformed" \(2\d times\), e\.g\. "I \[31m cannot say"\./,
    );
    expect(fake.paid.size).toBeLessThanOrEqual(22);
    const all = await opened({ ...options, maxUnknown: 1 });
    await all.asker.ask(questions(fake.url, 30));
    expect(fake.paid.size).toBe(30);
  });

  it("does not stop work of which an earlier run has answers", async () => {
    withKey();
    let isWilling = true;
    const fake = await fakeAnthropic({ reply: () => ({ text: isWilling ? "answer" : "no" }) });
    const first = await opened({ maxUnknown: 0.1 });
    await first.asker.ask(questions(fake.url, 30));
    await first.close();
    isWilling = false;
    const { asker } = await opened({ maxUnknown: 0.1 }, first.folder);
    expect(await asker.ask(questions(fake.url, 60))).toHaveLength(60);
  });
});

describe("an answer that is cut", () => {
  /** A model that thinks for 100 tokens before it answers. */
  const thinks = (_: string, __: string, maxTokens: number) =>
    maxTokens > 100
      ? { text: "answer" }
      : { text: "", stop: "max_tokens", message: { content: [{ type: "thinking", thinking: "hm" }] } };

  it.each([false, true])("is asked for once more with more room; in batches: %s", async (useBatches) => {
    withKey();
    const fake = await fakeAnthropic({ reply: thinks, batchDelay: 1 });
    const { asker, folder, close } = await opened({ useBatches, concurrency: 1 });
    for (const outcome of await asker.ask(questions(fake.url, 6)))
      expect(outcome).toMatchObject({ answer: { text: "answer" } });
    expect(asker.spent().dollars).toBeCloseTo(fake.charged, 12);
    // One by one, the larger room is given at once from the fourth on.
    expect(Object.values(timesOf(fake))).toEqual(useBatches ? [2, 2, 2, 2, 2, 2] : [2, 2, 2, 1, 1, 1]);
    await close();
    const again = await opened({}, folder);
    await again.asker.ask(questions(fake.url, 6));
    expect(fake.requests).toHaveLength(useBatches ? 12 : 9);
  });

  it("is asked for with more room by the next run, not with what was too little; answered ones are never paid again for a new limit", async () => {
    withKey();
    let needed = 1000;
    const fake = await fakeAnthropic({
      reply: (user, __, maxTokens) =>
        user.endsWith("0") || maxTokens > needed ? { text: "answer" } : { text: "hm", stop: "max_tokens" },
    });
    const limits = () => fake.requests.splice(0).map(({ max_tokens }) => max_tokens);
    const first = await opened();
    await first.asker.ask(questions(fake.url, 2));
    expect(limits()).toEqual([50, 50, 200]);
    await first.close();
    const second = await opened({}, first.folder);
    await second.asker.ask(questions(fake.url, 2));
    expect(limits()).toEqual([200]);
    await second.close();
    const third = await opened({}, first.folder);
    needed = 500;
    expect(await third.asker.ask(questions(fake.url, 2, 600))).toMatchObject([{}, { answer: { text: "answer" } }]);
    expect(limits()).toEqual([600]);
  });
});

describe("a question's key", () => {
  it("is what it was when the limit was part of it, so that ledgers of that time still answer, and is the same for any limit", () => {
    withKey();
    const [old, larger] = [1024, 4096].map((maxTokens) => questions("http://127.0.0.1:9", 1, maxTokens)[0].key);
    const request = { system: "synthetic", user: "question 0", maxTokens: 1024 };
    expect(old).toBe(sha256(canonicalJson({ provider: "anthropic", model: "synthetic-model", request })));
    expect(larger).toBe(old);
  });
});

describe("an empty answer", () => {
  it("is asked for once more at once", async () => {
    withKey();
    let asked = 0;
    const fake = await fakeAnthropic({ reply: () => ({ text: asked++ === 0 ? "" : "answer" }) });
    const { asker } = await opened({ maxUnknown: 0.1 });
    expect(await asker.ask(questions(fake.url, 1))).toMatchObject([{ answer: { text: "answer" } }]);
    expect(timesOf(fake)).toEqual({ "question 0": 2 });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../../base/package.js";
import { random } from "../../base/random.js";
import { fakeAnthropic } from "../../llm/testing/fake-anthropic.js";
import { fakeOpenAi } from "../../llm/testing/fake-openai.js";
import { pause } from "../../llm/testing/http.js";
import { built, soonAfter, startScript, textsBelow, throughKills } from "../../llm/testing/kills.js";
import { QUICK, SYNTHETIC_KEY } from "../../llm/testing/setup.js";
import { ensureBuilt } from "../../testing/built.js";
import { temporaryFolder } from "../../testing/folder.js";
import type { Judgement } from "../judge.js";
import { countCauses } from "./answers.js";
import { materialOf, syntheticLatent, verdict } from "./testing/synthetic.js";

const LATENTS = 40;

/** A process that explains and judges synthetic latents, with its ledger in `folder`; ends in judgements.json. */
function startJudging(folder: string, provider: string, options: object) {
  const evidence = Array.from({ length: LATENTS }, (_, latent) => syntheticLatent(latent, "fever", 8));
  return startScript(
    folder,
    `import { readFileSync, writeFileSync } from "node:fs";
     import { AnswerTally, anthropicProvider, Asker, openAiProvider, openLedger } from ${built("llm/index.js")};
     import { llmJudge, readPrompts } from ${built("label/llm/index.js")};
     import { readDomain } from ${built("label/domain.js")};
     const price = { input: 1e-6, output: 5e-6, batchShare: 0.5 };
     const ledger = await openLedger(${JSON.stringify(join(folder, "llm"))});
     const asker = new Asker(ledger, ${JSON.stringify({ ...QUICK, ...options })});
     const tally = new AnswerTally("synthetic", 1);
     const llm = { asker, provider: ${provider}, price, prompts: readPrompts(), useSchema: true, maxTokens: 60, tally };
     const domain = readDomain(${JSON.stringify(join(PACKAGE_ROOT, "domains/medicine.json"))});
     const judge = llmJudge(llm, { domain, from: "both", minContexts: 5 });
     const judgements = await judge.judgeMany(${JSON.stringify(evidence)});
     await ledger.close();
     writeFileSync(${JSON.stringify(join(folder, "judgements.json"))}, JSON.stringify(judgements));`,
  );
}

/** Which latent a question is about, and its answer: some refused, some nonsense, some cut off. */
function answer(user: string): { text: string; stop?: string; refusal?: string } {
  const material = materialOf(user);
  const latent = Number(/number (\d+)/.exec(String(material.at(-1)?.after))?.[1]);
  if (!("explanation" in material[0])) return { text: `{"explanation":"fever ${latent}"}` };
  if (latent % 10 === 3) return { text: "", stop: "refusal", refusal: "I will not" };
  if (latent % 10 === 4) return { text: "They are all about fever." };
  if (latent % 10 === 5) return { text: '{"verdict": "ye', stop: "length" };
  return { text: verdict(latent % 2 === 0 ? "yes" : "no") };
}
/** Whether a question has an answer that can be read: others are asked again, and once more at once where they are cut. */
const isAnswered = (user: string) => answer(user).text.startsWith("{") && !answer(user).stop;
const anthropicAnswer = (user: string) => {
  const { text, stop } = answer(user);
  return { text, stop: stop === "length" ? "max_tokens" : stop };
};

function expectJudgements(folder: string): void {
  const judgements = JSON.parse(readFileSync(join(folder, "judgements.json"), "utf8")) as Judgement[];
  expect(countCauses(judgements.map(({ cause }) => cause))).toEqual({ refusal: 4, malformed: 4, truncated: 4 });
  const verdicts = judgements.map((judgement) => judgement.verdict);
  for (const [latent, given] of verdicts.entries()) {
    const isUnknown = [3, 4, 5].includes(latent % 10);
    expect(given).toBe(isUnknown ? "unknown" : latent % 2 === 0 ? "forget" : "retain");
  }
}

describe("judging through random kills", () => {
  beforeAll(ensureBuilt);

  it("in batches pays for each answered question exactly once and counts what stays unknown", async () => {
    const folder = temporaryFolder();
    const draw = random(21, "kills of judging");
    const fake = await fakeAnthropic({
      reply: anthropicAnswer,
      batchDelay: 100,
      fate: (user, attempt) => (attempt === 1 && user.includes("number 7") ? "expired" : "succeeded"),
      batchFault: (batch) => (batch === 2 ? "drop" : undefined),
    });
    const provider = `anthropicProvider({ model: "synthetic", baseUrl: ${JSON.stringify(fake.url)} })`;
    const { kills, said } = await throughKills(
      () => startJudging(folder, provider, { useBatches: true }),
      (run) => {
        const made = fake.batches.length;
        if (run < 3) return soonAfter(() => fake.batches.length > made || run === 2, draw.uniform() * 4);
        return run < 6 ? pause(200 + draw.uniform() * 300) : undefined;
      },
    );
    expect(said).toBe("");
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(fake.paid.size).toBe(2 * LATENTS);
    for (const [user, times] of fake.paid) expect(times).toBeLessThanOrEqual(isAnswered(user) ? 1 : 2 * (kills + 1));
    expectJudgements(folder);
    expect(textsBelow(folder).some((text) => text.includes(SYNTHETIC_KEY))).toBe(false);
  });

  it("one by one pays twice at most for what was in flight, at an OpenAI-compatible endpoint with bad moments", async () => {
    const folder = temporaryFolder();
    const faults = [{ status: 429, headers: { "retry-after": "0" } }, { status: 500 }] as const;
    const fake = await fakeOpenAi({
      reply: answer,
      delay: 8,
      fault: (user, attempt) => (user.length % 5 === 0 ? faults[attempt - 1] : undefined),
    });
    const provider = `openAiProvider({ model: "synthetic", baseUrl: ${JSON.stringify(fake.url)} })`;
    const concurrency = 3;
    const { kills, said } = await throughKills(
      () => startJudging(folder, provider, { concurrency }),
      (run) => {
        const answered = fake.paid.size;
        return run < 4 ? soonAfter(() => fake.paid.size > answered + 8, 3 * run) : undefined;
      },
    );
    expect(said).toBe("");
    expect(kills).toBe(4);
    expect(fake.paid.size).toBe(2 * LATENTS);
    const answered = [...fake.paid].filter(([user]) => isAnswered(user));
    const extra = answered.reduce((sum, [, times]) => sum + times - 1, 0);
    expect(extra).toBeLessThanOrEqual(kills * concurrency);
    expectJudgements(folder);
    expect(textsBelow(folder).some((text) => text.includes(SYNTHETIC_KEY))).toBe(false);
  });

  it("never passes the cap, however often it is killed on the way there", async () => {
    const folder = temporaryFolder();
    const fake = await fakeAnthropic({ reply: anthropicAnswer, delay: 8 });
    const provider = `anthropicProvider({ model: "synthetic", baseUrl: ${JSON.stringify(fake.url)} })`;
    const maxCost = 0.04;
    const { kills, code, said } = await throughKills(
      () => startJudging(folder, provider, { concurrency: 3, maxCost }),
      (run) => {
        const charged = fake.charged;
        return run < 3 ? soonAfter(() => fake.charged > charged + maxCost / 10, 2 * run) : undefined;
      },
    );
    expect(kills).toBe(3);
    expect(code).not.toBe(0);
    expect(said).toContain("--max-cost");
    expect(said).not.toContain(SYNTHETIC_KEY);
    expect(fake.charged).toBeLessThanOrEqual(maxCost);
    // What the kills cut off counts as spent at its most.
    expect(fake.charged).toBeGreaterThan(maxCost / 5);
  });
});

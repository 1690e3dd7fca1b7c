import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { ensureBuilt } from "../testing/built.js";
import { temporaryFolder } from "../testing/folder.js";
import type { Outcome, Spending } from "./asker.js";
import { fakeAnthropic } from "./testing/fake-anthropic.js";
import { pause } from "./testing/http.js";
import { soonAfter, startAsking, textsBelow, throughKills } from "./testing/kills.js";
import { QUICK, SYNTHETIC_KEY } from "./testing/setup.js";

const reply = (user: string) => ({ text: `answer to ${user}` });
const readResult = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "outcomes.json"), "utf8")) as { outcomes: Outcome[]; spent: Spending };

describe("random kills of a real process", () => {
  beforeAll(ensureBuilt);

  it("pay for every call of a batch exactly once, whenever the kill comes", async () => {
    const folder = temporaryFolder();
    const draw = random(11, "kills of batches");
    const fake = await fakeAnthropic({
      reply,
      batchDelay: 120,
      fate: (user, attempt) => (attempt === 1 && user.endsWith("7") ? "expired" : "succeeded"),
      batchFault: (batch) => (batch === 1 ? { status: 529 } : undefined),
    });
    let requests = 0;
    const { kills, said } = await throughKills(
      () => {
        requests = fake.batches.length;
        return startAsking(folder, fake.url, 60, { useBatches: true });
      },
      // Twice right after a batch was made, before its number is written down; then at random moments.
      (run) => {
        if (run < 2) return soonAfter(() => fake.batches.length > requests || run > 0, draw.uniform() * 3);
        return run < 7 ? pause(150 + draw.uniform() * 250) : undefined;
      },
    );
    expect(said).toBe("");
    expect(kills).toBeGreaterThanOrEqual(4);
    const { outcomes, spent } = readResult(folder);
    expect(outcomes.map((outcome) => ("answer" in outcome ? outcome.answer.text : outcome.failure))).toEqual(
      Array.from({ length: 60 }, (_, index) => `answer to question ${index}`),
    );
    expect([...fake.paid.values()]).toEqual(Array.from({ length: 60 }, () => 1));
    expect(spent.dollars).toBeCloseTo(fake.charged, 12);
    expect(textsBelow(folder).some((text) => text.includes(SYNTHETIC_KEY))).toBe(false);
  });

  it("pay one by one for at most what was in flight at each kill besides, and the cap holds", async () => {
    const folder = temporaryFolder();
    const draw = random(12, "kills of messages");
    const fake = await fakeAnthropic({
      reply,
      delay: 10,
      fault: (_, attempt) => (attempt === 1 && draw.uniform() < 0.2 ? { status: 529 } : undefined),
    });
    const concurrency = 4;
    const { kills, said } = await throughKills(
      () => startAsking(folder, fake.url, 150, { useBatches: false, concurrency }),
      (run) => {
        const answered = [...fake.paid.values()].length;
        return run < 5 ? soonAfter(() => fake.paid.size > answered + 10, draw.uniform() * 20) : undefined;
      },
    );
    expect(said).toBe("");
    expect(kills).toBe(5);
    const paid = [...fake.paid.values()].reduce((sum, times) => sum + times, 0);
    expect(fake.paid.size).toBe(150);
    expect(paid - 150).toBeLessThanOrEqual(kills * concurrency);
    const { spent } = readResult(folder);
    expect(spent.dollars + spent.perhapsLost).toBeGreaterThanOrEqual(fake.charged - 1e-12);
    expect(fake.charged).toBeLessThanOrEqual(QUICK.maxCost);
    expect(textsBelow(folder).some((text) => text.includes(SYNTHETIC_KEY))).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { fakeAnthropic } from "./testing/fake-anthropic.js";
import { calls, opened, withKey } from "./testing/setup.js";

const reply = (user: string) => ({ text: `answer to ${user}` });
const times = (paid: Map<string, number>) => [...new Set(paid.values())];

describe("asking in batches", () => {
  it("matches results in any order to calls, at half the price", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply });
    const { asker } = await opened({ useBatches: true });
    const outcomes = await asker.ask(calls(fake.url, 30));
    outcomes.forEach((outcome, index) => {
      expect(outcome).toMatchObject({ answer: { text: `answer to question ${index}` } });
    });
    expect(fake.batches).toHaveLength(1);
    expect(asker.spent().dollars).toBeCloseTo(fake.charged, 12);
  });

  it("asks again for what expired, was canceled, errored or is missing, but not without end", async () => {
    withKey();
    const fake = await fakeAnthropic({
      reply,
      fate: (user, attempt) => {
        const index = Number(user.split(" ")[1]);
        if (index === 5) return "expired";
        if (index === 6) return "invalid";
        if (attempt > 1) return "succeeded";
        return (["succeeded", "expired", "errored", "canceled", "absent"] as const)[index];
      },
    });
    const { asker } = await opened({ useBatches: true });
    const outcomes = await asker.ask(calls(fake.url, 7));
    expect(outcomes.map((outcome) => "answer" in outcome)).toEqual([true, true, true, true, true, false, false]);
    expect(outcomes[5]).toEqual({ failure: "expired" });
    expect(outcomes[6]).toMatchObject({ failure: expect.stringContaining("invalid_request_error") });
    expect(fake.batches.map(({ requests }) => requests)).toEqual([7, 5, 1]);
    expect(times(fake.paid)).toEqual([1]);
  });

  it.each([
    ["a connection cut after the batch was made", "drop" as const],
    ["an error that made no batch", { status: 500 }],
    ["a rate limit", { status: 429, headers: { "retry-after": "0.01" } }],
  ])("makes one batch of the calls in spite of %s", async (_, wrong) => {
    withKey();
    const fake = await fakeAnthropic({ reply, batchFault: (batch) => (batch === 2 ? wrong : undefined) });
    const { asker } = await opened({ useBatches: true });
    await asker.ask(calls(fake.url, 4, "other"));
    const outcomes = await asker.ask(calls(fake.url, 4));
    expect(outcomes.every((outcome) => "answer" in outcome)).toBe(true);
    expect(fake.batches).toHaveLength(2);
    expect(times(fake.paid)).toEqual([1]);
  });

  it("does not take someone else's batch of the same size for its own", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply, batchFault: (batch) => (batch === 2 ? { status: 502 } : undefined) });
    const mine = await opened({ useBatches: true });
    const theirs = await opened({ useBatches: true });
    const asking = [mine.asker.ask(calls(fake.url, 4)), theirs.asker.ask(calls(fake.url, 4, "theirs"))];
    for (const outcomes of await Promise.all(asking))
      expect(outcomes.every((outcome) => "answer" in outcome)).toBe(true);
    expect(times(fake.paid)).toEqual([1]);
  });

  it("stops when no batch can be made, and holds the cap with small batches", async () => {
    withKey();
    const dead = await fakeAnthropic({ reply, batchFault: () => ({ status: 500 }) });
    await expect((await opened({ useBatches: true })).asker.ask(calls(dead.url, 2))).rejects.toThrow(
      /makes no batches/,
    );
    const fake = await fakeAnthropic({ reply, batchDelay: 1 });
    const maxCost = 0.01;
    const { asker, folder, close } = await opened({ useBatches: true, maxCost });
    await expect(asker.ask(calls(fake.url, 400))).rejects.toThrow(/--max-cost/);
    expect(fake.charged).toBeLessThanOrEqual(maxCost);
    expect(fake.charged).toBeGreaterThan(0.9 * maxCost);
    expect(fake.batches.length).toBeGreaterThan(1);
    await close();
    const more = await opened({ useBatches: true }, folder);
    await more.asker.ask(calls(fake.url, 400));
    expect(times(fake.paid)).toEqual([1]);
  });
});

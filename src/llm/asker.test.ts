import { describe, expect, it } from "vitest";
import { freePort } from "../testing/servers.js";
import { fakeAnthropic } from "./testing/fake-anthropic.js";
import { calls, opened, SYNTHETIC_KEY, withKey } from "./testing/setup.js";

const reply = (user: string) => ({ text: `answer to ${user}` });
const textsOf = (outcomes: Awaited<ReturnType<Awaited<ReturnType<typeof opened>>["asker"]["ask"]>>) =>
  outcomes.map((outcome) => ("answer" in outcome ? outcome.answer.text : `failed: ${outcome.failure}`));

describe("asking one by one", () => {
  it("answers in the order asked, with at most `concurrency` in flight, and uses the key of the environment", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply, delay: 5 });
    const { asker } = await opened({ concurrency: 3 });
    const outcomes = await asker.ask(calls(fake.url, 20));
    expect(textsOf(outcomes)).toEqual(Array.from({ length: 20 }, (_, index) => `answer to question ${index}`));
    expect(fake.mostInFlight).toBe(3);
    expect([...fake.keys]).toEqual([SYNTHETIC_KEY]);
  });

  it("pays for equal calls once, now and after a restart", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply });
    const first = await opened();
    await first.asker.ask([...calls(fake.url, 3), ...calls(fake.url, 3)]);
    await first.close();
    const second = await opened({}, first.folder);
    const outcomes = await second.asker.ask(calls(fake.url, 5));
    expect(textsOf(outcomes)[4]).toBe("answer to question 4");
    expect([...fake.paid.values()]).toEqual([1, 1, 1, 1, 1]);
    expect(second.asker.spent().dollars).toBeCloseTo(fake.charged, 12);
  });

  it("repeats after 429, 500, 529 as late as it is told, and pays once", async () => {
    withKey();
    const times: number[] = [];
    const fake = await fakeAnthropic({
      reply,
      fault: (_, attempt) => {
        times.push(performance.now());
        return [{ status: 429, headers: { "retry-after": "0.3" } }, { status: 500 }, { status: 529 }][attempt - 1];
      },
    });
    const { asker } = await opened();
    expect(textsOf(await asker.ask(calls(fake.url, 1)))).toEqual(["answer to question 0"]);
    expect(times).toHaveLength(4);
    expect(times[1] - times[0]).toBeGreaterThan(290);
    expect(fake.paid.get("question 0")).toBe(1);
    expect(asker.spent().perhapsLost).toBe(0);
  });

  it("gives up on a call that never works, and on nothing else", async () => {
    withKey();
    const fake = await fakeAnthropic({
      reply,
      fault: (user) => (user.endsWith("1") ? { status: 500 } : user.endsWith("2") ? { status: 400 } : undefined),
    });
    const { asker } = await opened({ attempts: 2 });
    const outcomes = textsOf(await asker.ask(calls(fake.url, 4)));
    expect(outcomes[0]).toBe("answer to question 0");
    expect(outcomes[1]).toMatch(/failed: 500/);
    expect(outcomes[2]).toMatch(/failed: 400/);
    expect(outcomes[3]).toBe("answer to question 3");
  });

  it("stops at once on a wrong key, and soon on an endpoint that is down, keeping what it has", async () => {
    withKey();
    const wrong = await fakeAnthropic({ reply, fault: () => ({ status: 401 }) });
    await expect((await opened()).asker.ask(calls(wrong.url, 3))).rejects.toThrow(/refuses to work: 401/);
    let asked = 0;
    const down = await fakeAnthropic({ reply, fault: () => (asked++ < 5 ? undefined : { status: 503 }) });
    const { asker, folder, close } = await opened({ attempts: 1, concurrency: 1 });
    await expect(asker.ask(calls(down.url, 100))).rejects.toThrow(/10 calls in a row/);
    expect(asked).toBe(15);
    await close();
    const again = await opened({}, folder);
    expect(again.asker.estimate(calls(down.url, 100)).known).toBe(5);
  });

  it("takes an endpoint nobody listens at for down, and for free", async () => {
    withKey();
    const { asker } = await opened({ attempts: 1 });
    const outcomes = textsOf(await asker.ask(calls(`http://127.0.0.1:${await freePort()}`, 2)));
    expect(outcomes[0]).toMatch(/failed: .*ECONNREFUSED/);
    expect(asker.spent().perhapsLost).toBe(0);
  });

  it("takes a connection cut after the answer was made for money perhaps lost", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply, fault: (_, attempt) => (attempt === 1 ? "drop" : undefined) });
    const { asker } = await opened();
    expect(textsOf(await asker.ask(calls(fake.url, 1)))).toEqual(["answer to question 0"]);
    const { dollars, perhapsLost } = asker.spent();
    expect(dollars + perhapsLost).toBeGreaterThanOrEqual(fake.charged);
    expect(perhapsLost).toBeGreaterThan(0);
  });
});

describe("the cap", () => {
  it("holds: nothing is sent that could pass it, and what was answered is kept", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply });
    const maxCost = 0.01;
    const { asker, folder, close } = await opened({ maxCost });
    await expect(asker.ask(calls(fake.url, 200))).rejects.toThrow(/--max-cost/);
    expect(fake.charged).toBeLessThanOrEqual(maxCost);
    // It stops only when the next call, at its most, would not fit.
    expect(fake.charged).toBeGreaterThan(maxCost - 0.0015);
    await close();
    const before = fake.paid.size;
    const more = await opened({ maxCost: 1 }, folder);
    expect(await more.asker.ask(calls(fake.url, 200))).toHaveLength(200);
    expect(before).toBeGreaterThan(50);
    expect([...fake.paid.values()].every((times) => times === 1)).toBe(true);
    expect(more.asker.spent().dollars).toBeCloseTo(fake.charged, 12);
  });

  it("counts what earlier runs paid and what they may have lost", async () => {
    withKey();
    const fake = await fakeAnthropic({ reply, fault: () => "drop" });
    const { ledger, asker, folder, close } = await opened({ attempts: 1 });
    await asker.ask(calls(fake.url, 5));
    const lost = calls(fake.url, 5).reduce((sum, { key }) => sum + ledger.lost(key), 0);
    expect(lost).toBeGreaterThan(0.005);
    await close();
    const next = await opened({ maxCost: lost + 0.0005 }, folder);
    await expect(next.asker.ask(calls(fake.url, 5))).rejects.toThrow(/--max-cost/);
    expect(fake.paid.size).toBe(5);
    expect([...fake.paid.values()]).toEqual([1, 1, 1, 1, 1]);
  });

  it("estimates a token per four characters, and at most a token per byte", async () => {
    withKey();
    const { asker } = await opened();
    const { dollars, mostDollars, known } = asker.estimate(calls("http://127.0.0.1:9", 10));
    expect(known).toBe(0);
    expect(dollars).toBeCloseTo(10 * (5e-6 + 50 * 5e-6), 9);
    expect(mostDollars).toBeCloseTo(10 * (1019e-6 + 50 * 5e-6), 9);
  });
});

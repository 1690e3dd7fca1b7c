import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { ensureBuilt } from "../../testing/built.js";
import { temporaryFolder } from "../../testing/folder.js";
import { freePort, whyNoRedis } from "../../testing/servers.js";
import { scoreByQueue } from "./queue.js";
import { attempts, committed, created, fakeClassifier, until } from "./testing/fake-job.js";
import { LOCK_MS, PASSWORD, queueFixture } from "./testing/queue-fixture.js";
import { runWorker } from "./worker.js";

const why = whyNoRedis();
if (why) console.warn(`Queue tests are skipped: ${why}`);
beforeAll(ensureBuilt);

const sorted = (shards: readonly number[]) => [...shards].sort((a, b) => a - b);

describe.skipIf(why)("scoring by a queue", () => {
  it("has every shard committed once, by all workers, and tells how far they are", async () => {
    const fixture = await queueFixture(9, { steps: 5, waits: true });
    fixture.startWorker({ workers: 2 });
    fixture.startWorker();
    const details: string[] = [];
    let last = 0;
    const done = scoreByQueue({
      ...fixture.job,
      checkMs: 60_000,
      onProgress: ({ detail, done: tokens }) => {
        details.push(detail!);
        last = tokens;
      },
    });
    await until(() => attempts(fixture.out).length === 3);
    writeFileSync(join(fixture.out, "go"), "");
    await done;
    expect(sorted(created(fixture.out))).toEqual(fixture.job.shards);
    expect(attempts(fixture.out)).toHaveLength(9);
    expect(new Set(attempts(fixture.out).map(({ pid }) => pid)).size).toBe(3);
    expect([last, details.at(-1)]).toEqual([450, expect.stringContaining("9 of 9 shards")]);
  });

  it("may be asked twice for the same job at once", async () => {
    const fixture = await queueFixture(6);
    let asked = 0;
    const ask = () => scoreByQueue({ ...fixture.job, checkMs: 60_000, onProgress: () => asked++ });
    const asking = [ask(), ask()];
    await until(() => asked === 2);
    fixture.startWorker({ workers: 2 });
    await Promise.all(asking);
    expect(attempts(fixture.out)).toHaveLength(6);
  });

  it("keeps the password out of the queue and of what workers print", async () => {
    const fixture = await queueFixture(2);
    const worker = fixture.startWorker();
    await scoreByQueue(fixture.job);
    expect(fixture.stored()).toContain("synthetic/1");
    expect(fixture.stored()).not.toContain(PASSWORD);
    expect(JSON.stringify(worker.events)).not.toContain(PASSWORD);
  });

  it("commits every shard once while workers are killed at random", async () => {
    const fixture = await queueFixture(10, { steps: 10, stepMs: 15 });
    const seed = 20_261_123;
    const rng = random(seed, "kills");
    for (let worker = 0; worker < 3; worker++) fixture.startWorker({ workers: 2 });
    let isDone = false;
    const done = scoreByQueue(fixture.job).then(() => (isDone = true));
    let kills = 0;
    while (!isDone && kills < 12) {
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.floor(250 * rng.uniform())));
      const alive = fixture.workers.filter(({ process }) => process.exitCode === null && process.signalCode === null);
      alive[Math.floor(alive.length * rng.uniform())].process.kill("SIGKILL");
      kills++;
      fixture.startWorker({ workers: 2 });
    }
    await done;
    expect(sorted(created(fixture.out)), `seed ${seed}, ${kills} kills`).toEqual(fixture.job.shards);
  });

  it("commits a shard once that two workers have", async () => {
    const fixture = await queueFixture(1, { waits: true });
    const first = fixture.startWorker();
    const done = scoreByQueue(fixture.job);
    await until(() => attempts(fixture.out).length === 1);
    // It holds still, so its lock runs out; the process that scores for it does not.
    first.process.kill("SIGSTOP");
    fixture.startWorker();
    await until(() => attempts(fixture.out).length === 2);
    writeFileSync(join(fixture.out, "go"), "");
    await done;
    first.process.kill("SIGCONT");
    await until(() => first.events.some(({ type }) => type === "committed"));
    expect(committed(fixture.out)).toEqual(["00000.json", "00000.safetensors"]);
    expect(created(fixture.out)).toEqual([0]);
    expect(first.process.exitCode).toBeNull();
  });

  it("goes on when Redis is killed and comes back", async () => {
    const fixture = await queueFixture(8, { steps: 10, stepMs: 20 });
    fixture.startWorker();
    fixture.startWorker();
    const done = scoreByQueue(fixture.job);
    await until(() => created(fixture.out).length >= 2);
    await fixture.killRedis();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await fixture.restart();
    await done;
    expect(sorted(created(fixture.out))).toEqual(fixture.job.shards);
  });

  it("fills a queue again that forgot everything", async () => {
    const fixture = await queueFixture(6, { steps: 10, stepMs: 20 });
    fixture.startWorker();
    const done = scoreByQueue(fixture.job);
    await until(() => created(fixture.out).length >= 1);
    await fixture.killRedis();
    await fixture.restart({ forgetful: true });
    await done;
    expect(sorted(created(fixture.out))).toEqual(fixture.job.shards);
  });

  it("shows why a shard failed for good, and tries it again when asked again", async () => {
    const fixture = await queueFixture(3, { fail: { 1: "Synthetic input 1 is broken." } });
    fixture.startWorker();
    const failing = scoreByQueue(fixture.job);
    await expect(failing).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/Shard 1 \(synthetic\/1\) of .* failed: Synthetic input 1 is broken\./),
    });
    expect(attempts(fixture.out).filter(({ shard }) => shard === 1)).toHaveLength(4);
    writeFileSync(join(fixture.out, "behaviour.json"), "{}");
    await scoreByQueue(fixture.job);
    expect(sorted(created(fixture.out))).toEqual([0, 1, 2]);
  });

  it("refuses a worker's classifier that is not the job's", async () => {
    const fixture = await queueFixture(2);
    const other = fakeClassifier(join(temporaryFolder(), "other"), "another-fingerprint");
    fixture.startWorker({ classifier: other });
    await expect(scoreByQueue(fixture.job)).rejects.toThrow(/another-fing\) is not the one .* was planned with/);
    expect(attempts(fixture.out)).toEqual([]);
  });
});

describe.skipIf(why)("a worker", () => {
  it("hands its shard back on SIGTERM, before its lock runs out, and ends", async () => {
    const fixture = await queueFixture(1, { steps: 200, stepMs: 20 });
    const first = fixture.startWorker({ lockMs: 60_000 });
    const done = scoreByQueue(fixture.job);
    await until(() => attempts(fixture.out).length === 1);
    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(first.events.map(({ type }) => type)).toContain("handed back");
    writeFileSync(join(fixture.out, "behaviour.json"), "{}");
    fixture.startWorker({ lockMs: 60_000 });
    await done;
    expect(created(fixture.out)).toEqual([0]);
  });

  it("ends by itself with once, after shards of others that came back", async () => {
    const fixture = await queueFixture(3, { steps: 20, stepMs: 20 });
    const lost = fixture.startWorker();
    const done = scoreByQueue(fixture.job);
    await until(() => attempts(fixture.out).length === 1);
    const last = fixture.startWorker({ once: true });
    lost.process.kill("SIGKILL");
    expect(await last.ended).toBe(0);
    await done;
    expect(sorted(created(fixture.out))).toEqual([0, 1, 2]);
  });

  it("says at once which server it cannot reach, and not with what password", async () => {
    const port = await freePort();
    const queue = `redis://someone:${PASSWORD}@127.0.0.1:${port}`;
    const error: Error = await runWorker({ queue, workers: 1, threads: 1 }).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.name).toBe("UserError");
    expect(error.message).toContain(`Cannot reach redis://127.0.0.1:${port}: the connection is refused`);
    expect(error.message).not.toContain(PASSWORD);
  });

  it("says when the password is refused", async () => {
    const { queue } = await queueFixture(1);
    const wrong = queue.replace(PASSWORD, "synthetic-wrong-one");
    const refused = runWorker({ queue: wrong, workers: 1, threads: 1, lockMs: LOCK_MS });
    await expect(refused).rejects.toThrow(/^redis:\/\/127.0.0.1:\d+ refuses the user or password/);
  });
});

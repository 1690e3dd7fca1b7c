import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../base/hash.js";
import { temporaryFolder } from "../testing/folder.js";
import { openLedger } from "./ledger.js";

const answerTo = (name: string) => ({
  ...{ answer: sha256(name), text: `é\n${name}`, stop: "end" as const, batched: false },
  usage: { inputTokens: 1, outputTokens: 2 },
});

describe("ledger", () => {
  it("gives back answers after any cut of its last line, and goes on behind it", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "ledger.jsonl");
    const first = await openLedger(folder);
    await first.append(answerTo("a"), answerTo("b"));
    await first.close();
    const whole = readFileSync(file);
    const lineEnd = whole.indexOf(10) + 1;
    for (let cut = lineEnd; cut < whole.length; cut += 7) {
      writeFileSync(file, whole);
      truncateSync(file, cut);
      const ledger = await openLedger(folder);
      expect(ledger.has(sha256("b"))).toBe(false);
      await ledger.append(answerTo("c"));
      expect((await ledger.answers(sha256("a"))).at(-1)).toMatchObject({ text: "é\na" });
      expect((await ledger.answers(sha256("c"))).at(-1)).toMatchObject({ text: "é\nc" });
      await ledger.close();
    }
  });

  it("leaves out a damaged line in the middle, and says so", async () => {
    const folder = temporaryFolder();
    const first = await openLedger(folder);
    await first.append(answerTo("a"));
    await first.close();
    appendFileSync(join(folder, "ledger.jsonl"), `{"answer":"short"}\nnot JSON\n`);
    const ledger = await openLedger(folder);
    await ledger.append(answerTo("b"));
    expect(ledger.damaged).toBe(2);
    expect((await ledger.answers(sha256("b"))).at(-1)).toMatchObject({ text: "é\nb" });
    await ledger.close();
  });

  it("writes many records at once without mixing them up", async () => {
    const ledger = await openLedger(temporaryFolder());
    const names = Array.from({ length: 300 }, (_, index) => `answer ${index}`);
    await Promise.all(names.map((name) => ledger.append({ sent: sha256(name), upTo: 1 }, answerTo(name))));
    for (const name of names) expect((await ledger.answers(sha256(name))).at(-1)?.text).toBe(`é\n${name}`);
    expect(names.every((name) => ledger.lost(sha256(name)) === 0)).toBe(true);
    await ledger.close();
  });

  it("remembers what was sent and never answered, and batches that are open", async () => {
    const folder = temporaryFolder();
    const first = await openLedger(folder);
    const [a, b, c] = ["a", "b", "c"].map(sha256);
    await first.append({ sent: a, upTo: 1 }, { sent: a, upTo: 2 }, answerTo("a"));
    await first.append({ sent: b, upTo: 4 }, { failed: b });
    await first.append({ batch: "x", keys: [c], upTo: 3, marker: "m" }, { created: "x", id: "batch-1" });
    await first.append({ batch: "y", keys: [b], upTo: 3 }, { created: "y", id: "batch-2" }, { finished: "y" });
    await first.close();
    const ledger = await openLedger(folder);
    expect([a, b, c].map((key) => ledger.lost(key))).toEqual([1, 0, 0]);
    expect(ledger.openBatches()).toEqual([{ name: "x", keys: [c], upTo: 3, marker: "m", id: "batch-1" }]);
    expect([ledger.knowsBatch("batch-1"), ledger.knowsBatch("batch-2"), ledger.knowsBatch("z")]).toEqual([
      true,
      true,
      false,
    ]);
    await ledger.close();
  });
});

describe("lock", () => {
  it("keeps a second opener out until the first is done or dead", async () => {
    const folder = temporaryFolder();
    const first = await openLedger(folder);
    await expect(openLedger(folder)).rejects.toThrow(new RegExp(`in use by process ${process.pid}`));
    await first.close();
    await (await openLedger(folder)).close();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const owner = readdirSync(folder).find((name) => name.startsWith("owner-"))!;
    const { host } = JSON.parse(readFileSync(join(folder, owner), "utf8")) as { host: string };
    writeFileSync(join(folder, "owner-000009"), JSON.stringify({ host, pid }));
    await (await openLedger(folder)).close();
    expect(existsSync(join(folder, "owner-000010"))).toBe(true);
  });

  it("does not take a process of another start, with the number of the dead one, for it", async () => {
    const folder = temporaryFolder();
    const first = await openLedger(folder);
    await first.close();
    const { host } = JSON.parse(readFileSync(join(folder, "owner-000001"), "utf8")) as { host: string };
    writeFileSync(join(folder, "owner-000002"), JSON.stringify({ host, pid: process.pid, started: "1" }));
    if (existsSync("/proc/self/stat")) await (await openLedger(folder)).close();
    writeFileSync(join(folder, "owner-000007"), JSON.stringify({ host: "another-host", pid: 1 }));
    await expect(openLedger(folder)).rejects.toThrow(/another-host.*delete/s);
  });
});

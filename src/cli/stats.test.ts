import { describe, expect, it } from "vitest";
import { openScored } from "../filter/job/index.js";
import { shoutingScores, writeScoredJob } from "../filter/policies/testing/scored-job.js";
import { type JobStats, jobStats } from "../filter/stats/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { renderStats } from "./stats-text.js";
import { paintFor } from "./terminal.js";

async function stats(): Promise<JobStats> {
  const document = (id: string, text: string) => ({ id, text, scores: shoutingScores(text) });
  const folder = temporaryFolder();
  const scores = await writeScoredJob(folder, [[document("a", "quiet WORDS here"), document("b", "all is quiet")]]);
  return jobStats(await openScored(scores));
}
const plain = paintFor({ isTTY: false });

describe("npx lacuna stats on a terminal", () => {
  it("fits its columns, from narrow to wide", async () => {
    const found = await stats();
    found.sources = [{ ...found.sources[0], source: "a/very/long/source/name/".repeat(8) }, found.sources[0]];
    for (const columns of [80, 100, 120]) {
      const text = renderStats(found, { paint: plain, columns, sources: 20 });
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it("colours the scores at or above the threshold, and only on a terminal", async () => {
    const found = await stats();
    const text = (isTTY: boolean, env = {}) =>
      renderStats(found, { paint: paintFor({ isTTY }, env), columns: 100, sources: 20 });
    const lines = text(true).split("\n");
    expect(lines.find((line) => line.startsWith("0.75-0.81"))).toContain("\x1b[38;5;208m█");
    expect(lines.find((line) => line.startsWith("0.06-0.12"))).toContain("\x1b[38;5;67m█");
    expect(text(false)).not.toContain("\x1b");
    expect(text(true, { NO_COLOR: "1" })).not.toContain("\x1b");
  });

  it("cannot be made to send escape sequences by the name of a source", async () => {
    const found = await stats();
    found.sources[0].source = "\x1b]0;owned\x07\u202Egnp";
    const text = renderStats(found, { paint: plain, columns: 120, sources: 20 });
    for (const character of ["\x1b", "\x07", "\u202E"]) expect(text).not.toContain(character);
    expect(text).toContain("\\u{1b}]0;owned\\u{07}\\u{202e}gnp");
  });

  it("lists the sources asked for and says how many there are more", async () => {
    const found = await stats();
    found.sources = Array.from({ length: 5 }, (_, k) => ({ ...found.sources[0], source: `s${k}` }));
    const text = renderStats(found, { paint: plain, columns: 100, sources: 2 });
    expect(text).toContain("... and 3 smaller ones: --sources 5");
    expect(text).not.toContain("s2");
  });
});

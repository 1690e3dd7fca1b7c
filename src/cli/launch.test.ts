import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { addLaunchCommand } from "./launch.js";

async function launch(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const keep = (text: unknown) => printed.push(String(text)) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(console, "log").mockImplementation(keep);
  const program = new Command();
  addLaunchCommand(program);
  await program.parseAsync(["launch", ...args], { from: "user" });
  return printed.join("");
}

afterEach(() => vi.restoreAllMocks());

const PLACES = ["--classifier", "/corpus/medicine", "--out", "/corpus/scored", "--tasks", "8"];

describe("npx lacuna launch", () => {
  it("prints a manifest that is JSON, with every --volume and the job's settings", async () => {
    const volumes = ["--volume", "corpus:/corpus", "--volume", "more:/more:ro", "--max-bad", "7"];
    const text = await launch("k8s", "/corpus/a", "/more/b", ...PLACES, "--image", "lacuna:0.1.0", ...volumes);
    const { spec } = JSON.parse(text).spec.template;
    expect(spec.volumes).toHaveLength(2);
    expect(spec.containers[0].command.slice(-5)).toEqual(["--shard", "auto", "--", "/corpus/a", "/more/b"]);
    expect(spec.containers[0].command.join(" ")).toContain("--max-bad 7");
    expect(JSON.parse(text).spec.parallelism).toBe(8);
  });

  it("writes the script where it is told, and says what to run", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "lacuna-launch-")), "score.sh");
    const printed = await launch("slurm", "texts/*.jsonl", ...PLACES, "--parallel", "2", "--write", file);
    expect(printed).toBe(`Wrote ${file}. Next: bash ${file}`);
    expect(readFileSync(file, "utf8")).toContain("#SBATCH --array=0-7%2\n");
  });
});

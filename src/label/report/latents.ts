/**
 * @file The latents of a label folder as a report shows them: all in numbers, some with their contexts.
 *
 * Which are shown is drawn by a seed among the kept ones; of the rejected those are shown that came nearest to being
 * kept, for there mistakes hide. Files are read line by line: contexts of all latents need not fit in memory.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { random } from "../../base/random.js";
import { readRecords } from "../../corpus/index.js";

const Context = z.object({ before: z.string(), token: z.string(), after: z.string(), activation: z.number() });
const Line = z.object({
  latent: z.int().nonnegative(),
  status: z.enum(["kept", "rejected", "unknown"]),
  confidence: z.number(),
  reason: z.string(),
  cause: z.string().optional(),
  explanation: z.string().optional(),
  score: z.number().optional(),
  frequency: z.number().nullable(),
  threshold: z.number().nullable(),
  contexts: z.array(Context),
});
export type LatentLine = z.infer<typeof Line>;
export type LatentStatus = LatentLine["status"];
export type LatentSummary = Omit<LatentLine, "contexts">;

export interface ShownLatents {
  /** In order of latent. */
  all: LatentSummary[];
  /** By status, with contexts. */
  shown: Record<LatentStatus, LatentLine[]>;
}

/** Latents of one status shown with their contexts. */
const SHOWN: Record<LatentStatus, number> = { kept: 12, rejected: 8, unknown: 4 };

/** Reads latents.jsonl; undefined where there is none. @throws UserError naming the line that is wrong */
export async function readShownLatents(folder: string, seed: number): Promise<ShownLatents | undefined> {
  const path = join(folder, "latents.jsonl");
  if (!existsSync(path)) return undefined;
  const all: LatentSummary[] = [];
  for await (const { contexts: _, ...summary } of readRecords(path, Line, "a latent")) all.push(summary);
  const draw = random(seed, "label report:latents");
  const order = Array.from(draw.permutation(all.length), (index) => all[index]);
  const of = (status: LatentStatus) => order.filter((latent) => latent.status === status);
  const chosen = {
    kept: of("kept").slice(0, SHOWN.kept),
    rejected: of("rejected")
      .sort((a, b) => a.confidence - b.confidence)
      .slice(0, SHOWN.rejected),
    unknown: of("unknown").slice(0, SHOWN.unknown),
  };
  const wanted = new Set(Object.values(chosen).flatMap((latents) => latents.map(({ latent }) => latent)));
  const full = new Map<number, LatentLine>();
  for await (const line of readRecords(path, Line, "a latent"))
    if (wanted.has(line.latent)) full.set(line.latent, line);
  const shown = (latents: LatentSummary[]) => latents.map(({ latent }) => full.get(latent)!);
  return {
    all,
    shown: { kept: shown(chosen.kept), rejected: shown(chosen.rejected), unknown: shown(chosen.unknown) },
  };
}

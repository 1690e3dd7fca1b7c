/** @file contamination.jsonl: the texts that were found in the training text. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readText, writeFileAtomic } from "../../base/files.js";

const Found = z.object({
  id: z.string(),
  ngrams: z.int(),
  found: z.int(),
  documents: z.int(),
  example: z.string().nullable(),
});
export type Found = z.infer<typeof Found>;

const FILE = "contamination.jsonl";

export function writeContaminated(directory: string, found: readonly Found[]): Promise<void> {
  return writeFileAtomic(join(directory, FILE), found.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

/** Ids of contaminated questions. @throws UserError when the file is missing or malformed */
export function readContaminated(directory: string): ReadonlySet<string> {
  const path = join(directory, FILE);
  const lines = readText(path).split("\n").filter(Boolean);
  return new Set(
    lines.map((line, index) => {
      const parsed = Found.safeParse(JSON.parse(line));
      if (!parsed.success)
        throw new UserError(`${path}:${index + 1} is not as expected. Make it again: npx lacuna contamination`);
      return parsed.data.id;
    }),
  );
}

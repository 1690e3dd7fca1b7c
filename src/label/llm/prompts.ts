/**
 * @file Prompts: files of text with {{places}}, filled from the domain file and from material that is fenced.
 *
 * Material is corpus text. It is written as JSON, one value per line, between two lines that name a fence made from the
 * SHA-256 of the material itself: to close the fence from inside, the material would have to contain its own hash. So
 * the same material always gives the same prompt, and the answer is found again in the ledger.
 */
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readText } from "../../base/files.js";
import { sha256 } from "../../base/hash.js";
import { PACKAGE_ROOT } from "../../base/package.js";
import type { Domain } from "../domain.js";

/** Prompts of labelling, in files of these names. */
export const PROMPTS = [
  ...["explain", "judge", "detect", "sentence", "document"],
  ...["evidence-contexts", "evidence-explanation", "evidence-both", "rules", "domain"],
] as const;
/** Read besides where several sentences are asked about at once. */
export const TOGETHER_PROMPTS = ["sentences"] as const;
/** Prompts of judging what models say. */
export const ANSWER_PROMPTS = ["refusal", "correctness", "relevance", "coherence", "rules"] as const;
export type PromptName = (typeof PROMPTS)[number] | (typeof TOGETHER_PROMPTS)[number] | (typeof ANSWER_PROMPTS)[number];
/** Files that are questions: a system and a user part. The others are parts of them. */
export type QuestionName = keyof typeof QUESTIONS;

type Sections = Record<string, string>;

export interface Prompts {
  /** SHA-256 over all files read. */
  hash: string;
  files: Partial<Record<PromptName, Sections>>;
}

/** Reads prompts of a folder; the shipped one by default. @throws UserError when a file or a part of it is missing */
export function readPrompts(
  folder: string = join(PACKAGE_ROOT, "prompts"),
  names: readonly PromptName[] = PROMPTS,
): Prompts {
  const texts = names.map((name) => readText(join(folder, `${name}.md`)));
  const files = Object.fromEntries(
    names.map((name, index) => {
      const sections = sectionsOf(texts[index]);
      const wanted = name in QUESTIONS ? ["system", "user"] : ["text"];
      for (const section of wanted)
        if (!sections[section])
          throw new UserError(`${join(folder, `${name}.md`)} has no part "# ${section}". Add it.`);
      return [name, sections];
    }),
  ) as Prompts["files"];
  return { hash: sha256(texts.join("\0")), files };
}

const QUESTIONS = {
  ...{ explain: true, judge: true, detect: true, sentence: true, sentences: true, document: true },
  ...{ refusal: true, correctness: true, relevance: true, coherence: true },
} as const;

/** "# system\n...\n# user\n..." -> { system, user }. */
function sectionsOf(text: string): Sections {
  const sections: Sections = {};
  for (const part of text.replaceAll("\r\n", "\n").split(/^# /m).slice(1)) {
    const end = part.indexOf("\n");
    sections[part.slice(0, end).trim()] = part.slice(end + 1).trim();
  }
  return sections;
}

/** Material between its fences. */
export interface Fenced {
  fence: string;
  text: string;
}

/** Fences values: one JSON text per line. Lone surrogates and control characters come out escaped. */
export function fenced(values: readonly unknown[]): Fenced {
  const content = values.map((value) => JSON.stringify(value)).join("\n");
  const fence = `material-${sha256(content).slice(0, 32)}`;
  return { fence, text: `<${fence}>\n${content}\n</${fence}>` };
}

/**
 * Fills a question.
 *
 * @param extra - a part that goes where the question says {{evidence}}
 */
export function fill(
  { files }: Prompts,
  name: QuestionName,
  material: Fenced,
  domain?: Domain,
  extra?: PromptName,
): { system: string; user: string } {
  const of = (prompt: PromptName): Sections => {
    const sections = files[prompt];
    if (!sections) throw new Error(`The prompt "${prompt}" was not read`);
    return sections;
  };
  const places: Record<string, string> = {
    material: material.text,
    rules: filled(of("rules").text, { fence: material.fence }),
    ...(domain ? { domain: describe(of("domain").text, domain) } : {}),
    ...(extra ? { evidence: of(extra).text } : {}),
  };
  return { system: filled(of(name).system, places), user: filled(of(name).user, places) };
}

/** One pass: what is put in is not looked at again. */
function filled(template: string, places: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (place, name: string) => {
    if (!(name in places)) throw new UserError(`A prompt has a place ${place} that nothing is known for. Remove it.`);
    return places[name];
  });
}

function describe(template: string, { name, description, in: inside, out, examples }: Domain): string {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n") || "- nothing in particular";
  const shown = examples.map(({ text, forget, why }) => `${JSON.stringify(text)}: ${forget ? "yes" : "no"} (${why})`);
  return filled(template, { name, description, in: list(inside), out: list(out), examples: list(shown) });
}

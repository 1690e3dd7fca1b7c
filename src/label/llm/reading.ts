/**
 * @file What stands in an answer: the words a model means for us, and the JSON objects among them.
 *
 * Models think aloud, fence what they say in many ways and put words around it. All of that is taken off. Nothing is
 * guessed: an object that is broken, or that only quotes the material, makes the answer unreadable, for what is quoted
 * in it may read like another answer.
 */

/** A longer text is not looked into, nor are more opening braces than this: no answer of ours is that long. */
export const MOST_CHARACTERS = 100_000;
const MOST_BRACES = 200;

/** Tags around thinking; with the first of a pair missing, all before the second is thought. */
const THINKING = [
  ...["think", "thinking", "thought", "thoughts", "reasoning", "reflection", "analysis"].map((name) => ({
    open: new RegExp(`<${name}>`, "gi"),
    close: new RegExp(`</${name}>`, "gi"),
  })),
  { open: /\[THINK\]/g, close: /\[\/THINK\]/g },
  { open: /◁think▷/g, close: /◁\/think▷/g },
  { open: /<\|begin_of_thought\|>/g, close: /<\|end_of_thought\|>/g },
  { open: /<\|channel\|>analysis<\|message\|>/g, close: /<\|channel\|>final<\|message\|>/g },
];
/** Marks of a chat template that some servers leave in. */
const MARKS = /<\|(?:end|return|im_end|eot_id|begin_of_solution|end_of_solution)\|>|<\/?(?:answer|output|response)>/gi;

/** Whether a text ends with a JSON value, marks and white space behind it apart. */
export function endsInValue(text: string): boolean {
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  return end >= 0 && !/\w/.test(text.slice(end));
}

/** Parts what a model said from what it thought before. Thought is what stands there when nothing else was said. */
export function withoutThinking(text: string): { said: string; thought: string } {
  const found = THINKING.map(({ open, close }) => {
    const [opened, closed] = [text.search(open), text.search(close)].map((at) =>
      at < 0 ? Number.POSITIVE_INFINITY : at,
    );
    return { open, close, first: Math.min(opened, closed), isOpened: opened < closed };
  });
  // The tags that come first are the model's; others may stand in what it thinks about.
  const { open, close, first, isOpened } = found.reduce((best, one) => (one.first < best.first ? one : best));
  if (first === Number.POSITIVE_INFINITY) return cleaned(text, "");
  const closing = [...text.matchAll(close)].at(-1);
  const end = closing ?? { index: text.length, 0: "" };
  const [tag] = (isOpened && text.slice(first).match(open)) || [""];
  const before = isOpened ? text.slice(0, first) : "";
  const thought = text.slice(before.length + tag.length, end.index);
  // A tag that opens behind words and never closes may be a closing one misspelt: an object behind it may be the answer.
  if (!closing && before.trim() !== "" && thought.includes("{")) return { said: "", thought: "" };
  return cleaned(`${before}\n${text.slice(end.index + end[0].length)}`, thought);
}

function cleaned(said: string, thought: string) {
  return { said: said.replace(MARKS, " ").trim(), thought: thought.replace(MARKS, " ").trim() };
}

/**
 * All JSON values in a text, outermost ones, in order.
 *
 * @param quotes - whether a piece of text is quoted from the material; such objects say nothing
 * @returns undefined when an object is broken, so that what stands in it cannot be told apart
 */
export function valuesIn(text: string, quotes: (piece: string) => boolean = () => false): unknown[] | undefined {
  const whole = parsed(text);
  if (whole !== undefined) return typeof whole === "string" && whole !== text ? valuesIn(whole, quotes) : [whole];
  const values: unknown[] = [];
  let around = "";
  let braces = 0;
  for (let from = 0; ; ) {
    const start = nextOpening(text, from);
    around += text.slice(from, start < 0 ? undefined : start);
    if (start < 0) break;
    if (++braces > MOST_BRACES) return undefined;
    const piece = balanced(text, start);
    const value = piece === undefined ? undefined : parsed(piece);
    if (piece !== undefined && value !== undefined) {
      if (quotes(piece)) return undefined;
      values.push(value);
      from = start + piece.length;
    } else {
      if (BROKEN.test(text.slice(start, start + 1000))) return undefined;
      from = start + 1;
    }
  }
  return PAIR.test(around) ? undefined : values;
}

/** How an object, or a list of objects or texts, goes on that cannot be parsed; other braces and brackets stand in prose. */
const BROKEN = /^(?:\{[^{}[\]]*["“:]|\[\s*["'“])/;
/** A name and its value, left over from an object without its brace. */
const PAIR = /["”']\s*:\s*["“'\d]/;

function nextOpening(text: string, from: number): number {
  const found = text.slice(from).search(/[{[]/);
  return found < 0 ? -1 : from + found;
}

/** From an opening brace or bracket to the one that closes it, strings passed over; undefined when none does. */
function balanced(text: string, start: number): string | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return text.slice(start, at + 1);
  }
  return undefined;
}

/** A JSON value; commas before a closing brace, line breaks in strings and single quotes throughout are let pass. */
function parsed(text: string): unknown {
  const candidates = [text, repaired(text)];
  if (!text.includes('"')) candidates.push(repaired(text.replace(/[“”]/g, '"')), repaired(text.replaceAll("'", '"')));
  for (const candidate of candidates) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function repaired(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/gs, (_, string?: string) =>
    string === undefined ? "" : string.replace(/\p{Cc}/gu, " "),
  );
}

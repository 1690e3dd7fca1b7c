import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { openScored } from "../job/open-scored.js";
import type { PolicySet } from "../policies/index.js";
import { writeScoredJob } from "../policies/testing/scored-job.js";
import { Policy } from "../policy.js";
import { DOCUMENTS, shouting, syntheticSet, wordTokenizer } from "./testing/synthetic-set.js";
import type { DocumentView } from "./view.js";
import { documentViews, type ViewOptions } from "./views.js";

async function viewsOf(set: PolicySet, options: ViewOptions = {}, shard = 0): Promise<DocumentView[]> {
  const views: DocumentView[] = [];
  for await (const view of documentViews(set, shard, options)) views.push(view);
  return views;
}

/** The marked bytes of a view as text, other bytes as dots. */
function shown({ text, ends }: DocumentView, marks: Uint8Array): string {
  const bytes = Buffer.from(text);
  return Array.from(bytes, (byte, at) => {
    const token = ends().findIndex((end) => at < end);
    return marks[token] === 1 ? String.fromCharCode(byte) : ".";
  }).join("");
}

describe("documentViews", () => {
  it("masks what a mask policy marks and removes nothing; every document ends with end-of-text, never masked", async () => {
    const set = await syntheticSet(temporaryFolder(), [DOCUMENTS], { method: "mask" });
    const tokenizer = set.policies[0].scored.tokenizer();
    const views = await viewsOf(set);
    expect(views.map(({ id }) => id)).toEqual(DOCUMENTS.map(({ id }) => id));
    expect(shown(views[0], views[0].masked)).toBe("....RENAL.............AORTA");
    for (const view of views) {
      expect(view.tokens.at(-1)).toBe(tokenizer.specials.endOfText);
      expect(view.masked.at(-1)).toBe(0);
      expect(view.ends().at(-1)).toBe(Buffer.byteLength(view.text));
      expect(view.removed).not.toContain(1);
      expect(tokenizer.decode(view.tokens.subarray(0, -1))).toBe(view.text);
    }
  });

  it("drops by document score and never touches an exempt document", async () => {
    const documents = [shouting("a", "LOUD"), shouting("b", "quiet"), shouting("c", "LOUD too")];
    const set = await syntheticSet(temporaryFolder(), [documents], { method: "document" }, { exempt: ["c"] });
    expect((await viewsOf(set)).map(({ isDropped }) => isDropped)).toEqual([true, false, false]);
    const masking = {
      ...set,
      policies: [{ ...set.policies[0], policy: Policy.parse({ domain: "d", method: "remove", threshold: 0.5 }) }],
    };
    const [first, , exempt] = await viewsOf(masking);
    expect(first.removed).toContain(1);
    expect(exempt.masked).not.toContain(1);
    expect(exempt.scores).not.toContain(200);
  });

  it("combines policies: masked by any, removed by remove, dropped by document", async () => {
    const folder = temporaryFolder();
    const texts = ["one KIDNEY two", "quiet"];
    const scored = (name: string, word: string, documentScore: number) =>
      writeScoredJob(
        folder,
        [
          texts.map((text, at) => ({
            id: `${at}`,
            text,
            scores: Uint8Array.from(Buffer.from(text), (_, byte) => {
              const start = text.indexOf(word);
              return start >= 0 && byte >= start && byte < start + word.length ? 220 : 1;
            }),
            documentScore: at === 1 ? documentScore : 0,
          })),
        ],
        { name, domain: name },
      );
    const open = async (name: string, word: string, method: Policy["method"], documentScore = 0) => ({
      policy: Policy.parse({ domain: name, method, threshold: 0.5 }),
      scored: await openScored(await scored(name, word, documentScore)),
      exempt: new Set<string>(),
    });
    const policies = [
      await open("a", "KIDNEY", "mask"),
      await open("b", "DNEY two", "remove"),
      await open("c", "one", "document", 255),
    ];
    const [first, second] = await viewsOf({ policies, topUp: { method: "none", rate: 0, seed: 0 }, fingerprint: "f" });
    expect(shown(first, first.masked)).toBe("....KIDNEY two");
    expect(shown(first, first.removed)).toBe("......DNEY two");
    expect([first.isDropped, second.isDropped]).toEqual([false, true]);
    expect(first.policies.map(({ domain }) => domain)).toEqual(["a", "b", "c"]);
  });

  it("carries marks to another tokenizer wherever bytes overlap, in CJK and emoji too", async () => {
    const set = await syntheticSet(temporaryFolder(), [DOCUMENTS], { method: "remove" });
    const target = wordTokenizer();
    const own = await viewsOf(set);
    const carried = await viewsOf(set, { tokenizer: target });
    for (const [at, view] of carried.entries()) {
      expect(target.decode(view.tokens.subarray(0, -1))).toBe(view.text);
      for (let token = 0, start = 0; token < view.tokens.length; start = view.ends()[token++]) {
        const bytes = own[at].masked.subarray(start, view.ends()[token]);
        expect(view.masked[token]).toBe(bytes.includes(1) ? 1 : 0);
        expect(view.removed[token]).toBe(view.masked[token]);
        expect(view.scores[token]).toBe(Math.max(0, ...own[at].scores.subarray(start, view.ends()[token])));
      }
    }
    expect(carried[1].tokens.length).toBeLessThan(own[1].tokens.length);
  });

  it("refuses a text that changed, a document that is gone and one that is new", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, [DOCUMENTS], { method: "mask" });
    const path = join(folder, "input", "0.jsonl");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("artery", "Artery"));
    await expect(viewsOf(set)).rejects.toThrow(/has changed since it was scored: record 0 \(plain\)/);
    writeFileSync(path, text.split("\n").slice(0, 3).join("\n"));
    await expect(viewsOf(set)).rejects.toThrow(/record 3 \(loud\)/);
    writeFileSync(path, text);
    appendFileSync(path, '{"id":"new","text":"more"}\n');
    await expect(viewsOf(set)).rejects.toThrow(/record 4 \(new\)/);
  });

  it("refuses scores of another number of tokens than its tokenizer makes", async () => {
    const set = await syntheticSet(temporaryFolder(), [DOCUMENTS], { method: "mask" });
    const [{ scored }] = set.policies;
    const other = { ...set, policies: [{ ...set.policies[0], scored: { ...scored, tokenizer: wordTokenizer } }] };
    await expect(viewsOf(other)).rejects.toThrow(/the scores are of 28 tokens, words makes \d+ of this text/);
  });
});

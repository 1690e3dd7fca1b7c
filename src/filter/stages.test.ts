import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { readManifest, runStage } from "../base/stage.js";
import { classifierStage, openClassifier, readLabelled } from "../classify/index.js";
import { type SmallPipeline, smallPipeline } from "../classify/testing/small-pipeline.js";
import { temporaryFolder } from "../testing/folder.js";
import { loadTokenizer, readTokens, readTruth } from "../tokens/index.js";
import { chooseThreshold, prevalenceOf } from "./choose.js";
import { scoreControlStage } from "./control-stage.js";
import { filterStage } from "./filter-stage.js";
import { isForget } from "./forget.js";
import { Policy, readPolicy } from "./policy.js";
import { scoreShard, scoreStage } from "./score-stage.js";
import { readScores } from "./scores.js";

let root: string;
let paths: SmallPipeline & { classifier: string; scores: string };
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const made = await smallPipeline(root);
  paths = { ...made, classifier: join(root, "classifier"), scores: join(root, "scores") };
  await runStage(
    classifierStage,
    { kind: "bilm", ...made, maxTokens: 1500, layers: [0], strengths: [1] },
    paths.classifier,
  );
  await runStage(scoreStage, { ...paths, partTokens: 1000 }, paths.scores);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Scores with the tokens of a split. */
function scored(split: "train" | "validation" | "test") {
  const shard = readTokens(paths.tokens, split);
  return { ...shard, ...readScores(paths.scores, split, shard) };
}
const filter = (options: object) =>
  runStage(
    filterStage,
    { scores: paths.scores, tokens: paths.tokens, ...options } as never,
    join(temporaryFolder(), "p"),
  );
const share = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;

describe("the score stage", () => {
  it("finds the forget letters, and scores end-of-text 0", () => {
    const { tokens, tokenScores } = scored("test");
    const { endOfText, ...others } = loadTokenizer(paths.tokens).specials;
    expect(Object.keys(others)).toContain("hidden");
    const [x, z] = ["x", "z"].map((letter) => letter.charCodeAt(0));
    let [right, letters] = [0, 0];
    for (const [place, id] of tokens.entries()) {
      if (id === endOfText) expect(tokenScores[place]).toBe(0);
      else {
        letters++;
        if (tokenScores[place] >= 128 === (id >= x && id <= z)) right++;
      }
    }
    expect(right / letters).toBeGreaterThan(0.95);
  });

  it("goes on after an interruption with the same bytes, without scoring a finished part again", async () => {
    const out = temporaryFolder();
    const shard = readTokens(paths.tokens, "train");
    const classifier = await openClassifier(paths.classifier);
    let seen = 0;
    const interruptedAfter = (limit: number) => ({
      fingerprint: classifier.fingerprint,
      async *score(documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>) {
        for await (const one of classifier.score(documents)) {
          if (seen === limit) throw new Error("interrupted");
          seen++;
          yield one;
        }
      },
    });
    const options = { out, split: "train", partTokens: 1000 };
    await expect(scoreShard(interruptedAfter(40), shard, options)).rejects.toThrow("interrupted");
    const finishedBefore = seen;
    const rest = await scoreShard(interruptedAfter(1e9), shard, options);
    await classifier.release();
    expect(finishedBefore).toBe(40);
    expect(seen - finishedBefore).toBeLessThan(shard.documents.length - 20);
    const { tokenScores, documentScores } = scored("train");
    expect(rest.tokenScores).toEqual(tokenScores);
    expect(rest.documentScores).toEqual(documentScores);
  });

  it("leaves no parts behind and keeps the classifier's decisions beside the scores", () => {
    expect(existsSync(join(paths.scores, "classifier.json"))).toBe(true);
    expect(existsSync(join(paths.scores, ".train-0.safetensors"))).toBe(false);
  });

  it("refuses scores beside tokens they were not made from", () => {
    const shard = readTokens(paths.tokens, "test");
    const fewer = { ...shard, tokens: shard.tokens.subarray(1) };
    expect(() => readScores(paths.scores, "test", fewer)).toThrow(
      new RegExp(`holds ${shard.tokens.length.toLocaleString("en-US")} scores, its token shard`),
    );
    const other = { ...shard, fingerprint: "cl100k_base:9f2c" };
    expect(() => readScores(paths.scores, "test", other)).toThrow(
      /They come from different tokenizers \(bytes:[0-9a-f]+, cl100k_base:9f2c\)\. Score this corpus again/,
    );
  });

  it("refuses a classifier of another tokenizer", async () => {
    const folder = temporaryFolder();
    cpSync(paths.tokens, join(folder, "tokens"), { recursive: true });
    const classifier = join(folder, "classifier");
    cpSync(paths.classifier, classifier, { recursive: true });
    const file = join(classifier, "classifier.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"tokenizer": ".*?"/, '"tokenizer": "bpe-4096:51aa"'));
    await expect(runStage(scoreStage, { tokens: paths.tokens, classifier }, join(folder, "out"))).rejects.toThrow(
      /made with tokenizer bpe-4096:51aa/,
    );
  });
});

describe("the score-control stage", () => {
  const control = (options: object) =>
    runStage(
      scoreControlStage,
      { tokens: paths.tokens, scores: paths.scores, ...options } as never,
      join(temporaryFolder(), "control"),
    );
  const domain = () => join(root, "domain.json");

  it("random is read by a policy like the track, and filters as much of every split", async () => {
    const out = join(temporaryFolder(), "random");
    const options = { tokens: paths.tokens, scores: paths.scores, labels: "random" as const };
    const { result } = await runStage(scoreControlStage, options, out);
    const { classifier } = readManifest(paths.scores).result as { classifier: string };
    expect(result).toMatchObject({ labels: "random", domain: "letters", classifier });
    type Splits = { splits: Record<string, { filteredTokens: number }> };
    const taken = async (scores: string) => {
      const { splits } = (await filter({ scores, method: "mask", threshold: 0.5 })).result as Splits;
      return Object.values(splits).map(({ filteredTokens }) => filteredTokens);
    };
    expect(await taken(out)).toEqual(await taken(paths.scores));
    const shard = readTokens(paths.tokens, "train");
    expect(readScores(out, "train", shard).tokenScores).not.toEqual(scored("train").tokenScores);
  });

  it("truth filters the forget tokens of the truth at their share", async () => {
    const out = join(temporaryFolder(), "truth");
    const options = { tokens: paths.tokens, scores: paths.scores, labels: "truth" as const, domain: domain() };
    await runStage(scoreControlStage, options, out);
    const shard = readTokens(paths.tokens, "test");
    const { tokenScores, documentScores } = readScores(out, "test", shard);
    const { labels } = readTruth(paths.tokens, "test")!;
    expect([...isForget(tokenScores, 128 / 255)]).toEqual([...labels].map((label) => (label === 1 ? 1 : 0)));
    const first = [...labels.subarray(0, shard.docOffsets[1] - 1)];
    expect(documentScores[0]).toBe(Math.round((255 * first.filter((label) => label === 1).length) / first.length));
  });

  it("says what truth needs", async () => {
    await expect(control({ labels: "truth" })).rejects.toThrow(/Give --domain/);
    const law = join(temporaryFolder(), "law.json");
    writeFileSync(law, readFileSync(domain(), "utf8").replace("letters", "law"));
    await expect(control({ labels: "truth", domain: law })).rejects.toThrow(
      /is the domain law, the scores are of letters/,
    );
    const other = join(temporaryFolder(), "other.json");
    writeFileSync(other, readFileSync(domain(), "utf8").replace("medical", "legal"));
    await expect(control({ labels: "truth", domain: other })).rejects.toThrow(
      /truth of general, medical; letters needs legal/,
    );
  });
});

describe("the filter stage", () => {
  it("writes a policy that a trainer reads, with counts per split", async () => {
    const out = join(temporaryFolder(), "policy");
    const { result } = await runStage(
      filterStage,
      { ...paths, method: "mask", threshold: 0.5, labels: undefined },
      out,
    );
    expect(readPolicy(out)).toEqual(Policy.parse({ domain: "letters", method: "mask", threshold: 0.5 }));
    const { tokenScores } = scored("train");
    const { splits } = result as { splits: Record<string, { filteredShare: number }> };
    expect(splits.train.filteredShare).toBeCloseTo(share(isForget(tokenScores, 0.5)), 12);
    expect(Object.keys(splits)).toEqual(["train", "validation", "test"]);
  });

  it("smooths spans, and refuses a replacement that its trainer cannot keep in place", async () => {
    const dilated = (await filter({ method: "remove", threshold: 0.5, dilate: 2 })).result as never as {
      dilate: number;
      splits: Record<string, { filteredShare: number }>;
    };
    expect(dilated.dilate).toBe(2);
    expect(dilated.splits.train.filteredShare).toBeGreaterThan(share(isForget(scored("train").tokenScores, 0.5)));
    await expect(filter({ method: "remove", threshold: 0.5, replacement: "nothing" })).rejects.toThrow(/lacuna export/);
  });

  it("f1 takes the classifier's own threshold: the token probe's, or the document probe's", async () => {
    const { token, document } = JSON.parse(readFileSync(join(paths.scores, "classifier.json"), "utf8"));
    const at = async (method: string) =>
      ((await filter({ method, rule: "f1" })).result as { threshold: number }).threshold;
    expect(await at("remove")).toBe(token.thresholds.f1.threshold);
    expect(await at("document")).toBe(document.thresholds.f1.threshold);
  });

  it("share filters the wanted share of validation tokens, or of train tokens when told so", async () => {
    const reached = async (options: object) => (await filter({ share: 0.2, ...options })).result as never;
    for (const method of ["mask", "remove", "document"]) {
      const { splits, chosen } = (await reached({ method })) as {
        splits: Record<string, { filteredShare: number }>;
        chosen: { reached: number };
      };
      expect(splits.validation.filteredShare).toBeCloseTo(chosen.reached, 12);
      expect(Math.abs(chosen.reached - 0.2)).toBeLessThan(0.06);
    }
    const { splits, chosen } = (await reached({ method: "mask", on: "train" })) as {
      splits: Record<string, { filteredShare: number }>;
      chosen: { reached: number };
    };
    expect(splits.train.filteredShare).toBeCloseTo(chosen.reached, 12);
  });

  it("prevalence filters the labels' own share, of validation or of train", async () => {
    const { tokenLabels } = readLabelled(paths.labels, paths.tokens, "validation");
    const { tokens } = readTokens(paths.tokens, "validation");
    const { endOfText } = loadTokenizer(paths.tokens).specials;
    const ordinary = [...tokenLabels].filter((_, place) => tokens[place] !== endOfText);
    const prevalence = ordinary.filter((label) => label === 1).length / ordinary.length;
    for (const on of ["validation", "train"]) {
      const { chosen, splits } = (await filter({ method: "mask", rule: "prevalence", labels: paths.labels, on }))
        .result as { chosen: object; splits: Record<string, { filteredShare: number }> };
      expect(chosen).toMatchObject({ by: "prevalence", wanted: prevalence });
      expect(chosen).toHaveProperty("reached", splits[on].filteredShare);
      expect(Math.abs(splits[on].filteredShare - prevalence)).toBeLessThan(0.06);
    }
  });

  it("takes no classifier's threshold for a control's scores, and no recall from unknown labels", async () => {
    const out = join(temporaryFolder(), "random");
    await runStage(scoreControlStage, { tokens: paths.tokens, scores: paths.scores, labels: "random" }, out);
    await expect(filter({ scores: out, method: "mask", rule: "f1" })).rejects.toThrow(/control's\. Use --share/);
    const on = {
      tokenScores: Uint8Array.of(10, 200, 30, 40),
      documentScores: Uint8Array.of(9),
      docOffsets: [0, 4],
      tokenLabels: Uint8Array.of(255, 1, 0, 255),
      labelled: 1,
    };
    expect(chooseThreshold("mask", { recall: 1 }, {} as never, on).threshold).toBe(200 / 255);
    expect(prevalenceOf(on.tokenLabels, new Uint8Array(4))).toBe(0.5);
    expect(prevalenceOf(on.tokenLabels, Uint8Array.of(0, 0, 1, 0))).toBe(1);
    expect(() => prevalenceOf(Uint8Array.of(255), Uint8Array.of(0))).toThrow(/no validation token has a known label/);
  });

  it("recall catches at least the wanted share of forget-labelled validation tokens, by token or by document", async () => {
    const { tokenLabels } = readLabelled(paths.labels, paths.tokens, "validation");
    const { tokenScores, documentScores, docOffsets } = scored("validation");
    const { labels } = paths;
    const caught = (flag: (place: number) => number) => {
      const places = [...tokenLabels.keys()].filter((place) => tokenLabels[place] === 1);
      return places.reduce((sum, place) => sum + flag(place), 0) / places.length;
    };
    for (const recall of [0.5, 0.9]) {
      const token = (await filter({ method: "mask", recall, labels })).result as { threshold: number };
      const flags = isForget(tokenScores, token.threshold);
      expect(caught((place) => flags[place])).toBeGreaterThanOrEqual(recall);
      const document = (await filter({ method: "document", recall, labels })).result as { threshold: number };
      const dropped = isForget(documentScores, document.threshold);
      const documentOf = (place: number) => docOffsets.findLastIndex((offset) => offset <= place);
      expect(caught((place) => dropped[documentOf(place)])).toBeGreaterThanOrEqual(recall);
    }
  });

  it("none filters nothing", async () => {
    const { splits } = (await filter({ method: "none" })).result as {
      splits: Record<string, { filteredTokens: number }>;
    };
    expect(splits.train.filteredTokens).toBe(0);
  });

  it("wants exactly one way to set the threshold, and says so", async () => {
    const message = async (options: object) => {
      const error = await filter(options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    };
    expect(await message({ method: "mask" })).toMatch(/needs exactly one of .* it was given none/);
    expect(await message({ method: "mask", threshold: 0.5, share: 0.1 })).toMatch(/given --threshold, --share/);
    expect(await message({ method: "none", threshold: 0.5 })).toMatch(/filters nothing/);
    expect(await message({ method: "mask", recall: 0.5 })).toMatch(/Give --labels/);
    expect(await message({ method: "mask", rule: "prevalence" })).toMatch(/Give --labels/);
    expect(await message({ method: "document", rule: "f1", startAt: 0.5 })).toMatch(
      /does not go with --method document/,
    );
  });
});

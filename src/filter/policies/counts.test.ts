import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScoredCorpus } from "../job/scored.js";
import { METHODS, Policy } from "../policy.js";
import { countPolicies, sumCounts } from "./counts.js";
import { markDocument } from "./mark.js";
import { blocksSideBySide, forShards } from "./scan.js";

interface Scores {
  tokens: Uint8Array;
  document: number;
}

/** A corpus in memory: shards of documents, `perBlock` of them in a block. Synthetic. */
function corpus(shards: Scores[][], perBlock = 2): ScoredCorpus {
  const lengths = shards.map((documents) => documents.reduce((sum, { tokens }) => sum + tokens.length, 0));
  async function* blocks(shard: number) {
    for (let first = 0; first < shards[shard].length; first += perBlock) {
      const documents = shards[shard].slice(first, first + perBlock);
      let end = 0;
      yield {
        first,
        docOffsets: Float64Array.from([0, ...documents.map(({ tokens }) => (end += tokens.length))]),
        tokenScores: Uint8Array.from(documents.flatMap(({ tokens }) => [...tokens])),
        documentScores: Uint8Array.from(documents, ({ document }) => document),
        rows: Float64Array.from(documents, (_, k) => first + k),
        crc32: new Uint32Array(documents.length),
        ids: documents.map((_, k) => `${shard}-${first + k}`),
      };
    }
  }
  return { records: lengths.map((tokens) => ({ tokens })), blocks, store: { uri: "synthetic" } } as never;
}

/** Documents with the same lengths in both jobs; the last token is end-of-text. */
const jobs = fc.array(fc.array(fc.nat(12), { maxLength: 5 }), { minLength: 1, maxLength: 3 }).chain((lengths) => {
  const documents = lengths.map((shard) =>
    fc.tuple(
      ...shard.map((length) =>
        fc.record({
          tokens: fc.uint8Array({ minLength: length, maxLength: length }).map((all) => Uint8Array.of(...all, 0)),
          document: fc.nat(255),
        }),
      ),
    ),
  );
  return fc.tuple(fc.tuple(...documents), fc.tuple(...documents)) as fc.Arbitrary<[Scores[][], Scores[][]]>;
});
const policy = fc
  .record({
    method: fc.constantFrom(...METHODS),
    threshold: fc.nat(255).map((k) => k / 255),
    closeGaps: fc.nat(2),
    dilate: fc.nat(2),
  })
  .map((given) => Policy.parse({ domain: "synthetic", ...given }));
const exempt = fc.subarray(["0-0", "0-1", "1-0", "2-3", "elsewhere"]).map((ids) => new Set(ids));

describe("countPolicies", () => {
  it("agrees with marking every document and counting its tokens one by one", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, fc.tuple(policy, policy), fc.tuple(exempt, exempt), async (scores, policies, exempts) => {
        const open = policies.map((policy, j) => ({ policy, scored: corpus(scores[j]), exempt: exempts[j] }));
        const found = await countPolicies(open);
        for (const [shard, counts] of found.shards.entries()) {
          const expected = { droppedDocuments: 0, droppedTokens: 0, maskedTokens: 0, removedTokens: 0 };
          for (const [k, { tokens }] of scores[0][shard].entries()) {
            const marks = open.map(({ policy, exempt }, j) => {
              const { tokens, document } = scores[j][shard][k];
              return { policy, ...markDocument(policy, tokens, document, exempt.has(`${shard}-${k}`)) };
            });
            if (marks.some(({ isDropped }) => isDropped)) {
              expected.droppedDocuments++;
              expected.droppedTokens += tokens.length;
              continue;
            }
            for (let i = 0; i < tokens.length; i++) {
              const by = marks.filter(({ forget }) => forget[i] === 1).map(({ policy }) => policy.method);
              if (by.includes("remove")) expected.removedTokens++;
              else if (by.includes("mask")) expected.maskedTokens++;
            }
          }
          expect(counts).toMatchObject(expected);
        }
        for (const [j, one] of open.entries()) {
          expect((await countPolicies([one])).shards).toHaveLength(scores[j].length);
          expect(sumCounts((await countPolicies([one])).shards)).toEqual(found.policies[j]);
        }
        const present = new Set(scores[0].flatMap((documents, shard) => documents.map((_, k) => `${shard}-${k}`)));
        expect(found.exemptFound).toEqual(exempts.map((ids) => [...ids].filter((id) => present.has(id)).length));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses jobs whose blocks do not hold the same documents", async () => {
    const one = corpus([[{ tokens: Uint8Array.of(1, 0), document: 0 }]]);
    const longer = corpus([[{ tokens: Uint8Array.of(1, 1, 0), document: 0 }]]);
    const read = async (other: ScoredCorpus) => {
      for await (const _ of blocksSideBySide([one, other], 0));
    };
    await expect(read(longer)).rejects.toThrow(/hold different documents/);
    await expect(read(corpus([[]]))).rejects.toThrow(/hold different documents/);
  });
});

describe("forShards", () => {
  it("does every shard once, and stops at the first error", async () => {
    const done: number[] = [];
    await forShards(9, async (shard) => void done.push(shard));
    expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const begun: number[] = [];
    const failing = forShards(100, async (shard) => {
      begun.push(shard);
      await new Promise((resolve) => setImmediate(resolve));
      if (shard === 2) throw new Error("shard 2 is broken");
    });
    await expect(failing).rejects.toThrow("shard 2 is broken");
    expect(begun.length).toBeLessThan(10);
  });
});

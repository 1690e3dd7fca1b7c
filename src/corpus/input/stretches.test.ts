import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zstdFrameOf } from "./fuzz/valid.js";
import { CASES, rowsOf, rowsOfCase, short } from "./testing/rows.js";
import type { Row } from "./types.js";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `{"id":"${from + i}","text":"line ${from + i}"}\n`).join("");
const ids = (rows: readonly Row[]) => rows.flatMap((row) => (row.kind === "document" ? [Number(row.id)] : []));
const lost = (rows: readonly Row[]) => rows.filter((row) => row.kind === "bad" && row.extent !== "record");
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** How each kind of member is made, and broken beyond doubt. */
const KINDS = {
  gz: {
    make: (text: string) => gzipSync(text),
    // The deflate data, which the checksum covers.
    damage: (member: Buffer, at: number) => (member[10 + (at % (member.length - 18))] ^= 0x55),
  },
  zst: {
    make: (text: string) => zstdFrameOf(text),
    // The header of the only block: a type that there is none of.
    damage: (member: Buffer) => (member[6] |= 6),
  },
};
type Extension = keyof typeof KINDS;
const EXTENSIONS = Object.keys(KINDS) as Extension[];

describe("bytes behind a good gzip member", () => {
  it("cost none of its rows, and are counted", async () => {
    const rows = await rowsOfCase("trail.jsonl.gz");
    expect(rows.filter(({ kind }) => kind === "document")).toHaveLength(400);
    const { length } = readFileSync(join(CASES, "trail.jsonl.gz"));
    expect(rows.slice(400)).toMatchObject([
      {
        extent: "rest",
        bytes: 18,
        reason: "other data follows the gzip stream",
        excerpt: "garbage at the end",
        position: `byte ${length - 18}`.replace(/(\d)(\d{3})$/, "$1,$2"),
      },
    ]);
  });

  it.each(EXTENSIONS)("cost not even a last line without line end, in .%s", async (extension) => {
    const member = KINDS[extension].make('{"id":"0","text":"first"}\n{"id":"1","text":"last"}');
    const rows = await rowsOf(`a.jsonl.${extension}`, Buffer.concat([member, Buffer.from("more")]));
    expect(ids(rows)).toEqual([0, 1]);
    expect(rows.at(-1)).toMatchObject({ extent: "rest", bytes: 4, row: 2 });
  });
});

it("keeps the rows before a cut, and counts the rest", async () => {
  const rows = await rowsOfCase("trunc.jsonl.gz");
  expect(ids(rows).length).toBeGreaterThan(300);
  expect(lost(rows)).toMatchObject([{ extent: "rest", reason: "the gzip stream is truncated" }]);
  expect(lost(rows)[0]).not.toHaveProperty("bytes");
});

describe.each(EXTENSIONS)("damage in a .%s file of several members", (extension) => {
  const { make, damage } = KINDS[extension];

  it("costs the members it touches; rows are numbered on", async () => {
    const members = [0, 1, 2, 3].map((index) => make(lines(10 * index, 10 * index + 10)));
    damage(members[1], 5);
    const rows = await rowsOf(
      `a.jsonl.${extension}`,
      Buffer.concat([...members.slice(0, 3), Buffer.from("xy"), members[3]]),
    );
    expect(ids(rows)).toEqual([...numbers(0, 10), ...numbers(20, 40)]);
    expect(lost(rows)).toMatchObject([{ extent: "stretch" }, { extent: "stretch", bytes: 2 }]);
    expect(rows.map(({ row }) => row)).toEqual(numbers(0, rows.length));
  });

  it("is followed by positions that say where they count from", async () => {
    const [first, second] = [make(lines(0, 1)), make('{"id":"1","text":"x"}\n{"id":"2"}\n')];
    const rows = short(await rowsOf(`a.jsonl.${extension}`, Buffer.concat([first, Buffer.from("!"), second])));
    expect(rows[3]).toMatch(new RegExp(`^! has no text .*, line 2 behind byte ${first.length + 1} of the file$`));
  });

  it("never costs a row without a count, nor a member it does not touch", async () => {
    const plan = fc.array(
      fc.record({
        rows: fc.integer({ min: 1, max: 30 }),
        broken: fc.boolean(),
        at: fc.nat(),
        behind: fc.constantFrom("", "", "junk"),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(plan, async (members) => {
        let next = 0;
        const good: number[] = [];
        const bytes = members.flatMap(({ rows, broken, at, behind }) => {
          const member = make(lines(next, next + rows));
          if (broken) damage(member, at);
          else good.push(...numbers(next, next + rows));
          next += rows;
          return [member, Buffer.from(behind)];
        });
        const rows = await rowsOf(`a.jsonl.${extension}`, Buffer.concat(bytes));
        // A broken last member may read as one that is cut off, whose rows are kept.
        const isLastBroken = members.at(-1)!.broken;
        expect(isLastBroken ? ids(rows).slice(0, good.length) : ids(rows)).toEqual(good);
        const isDamaged = members.some(({ broken, behind }) => broken || behind !== "");
        expect(lost(rows).length > 0).toBe(isDamaged);
      }),
      { numRuns: 40 },
    );
  });

  it("is given up when false beginnings have no end", async () => {
    const head = make("x").subarray(0, 6);
    const rows = await rowsOf(`a.jsonl.${extension}`, Buffer.concat([Buffer.from("!"), ...Array(200_000).fill(head)]));
    expect(rows).toMatchObject([{ extent: "rest", bytes: 200_000 * 6 + 1 }]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLarge } from "./large-json.js";
import { rowsOf, short } from "./testing/rows.js";

const read = async (content: string | Uint8Array, options = {}) => short(await rowsOf("a.jsonl", content, options));

describe("JSONL", () => {
  it("counts every line as a row: documents, empty and bad ones", async () => {
    const lines = ['{"id":"a","text":"one"}', "", '{"text":" \\t"}', "{oops", '{"text":"five"}'];
    const rows = await rowsOf("a.jsonl", lines.join("\r\n"));
    expect(rows.map(({ row, kind }) => [row, kind])).toEqual([
      [0, "document"],
      [1, "empty"],
      [2, "empty"],
      [3, "bad"],
      [4, "document"],
    ]);
    expect(short(rows)[4]).toEqual(["s:4", "five"]);
  });

  it("writes number ids out, and takes none that JSON cannot hold exactly", async () => {
    expect(await read('{"id":7,"text":"a"}\n{"id":1.5,"text":"b"}\n{"id":12345678901234567890,"text":"c"}')).toEqual([
      ["7", "a"],
      ["1.5", "b"],
      ["s:2", "c"],
    ]);
  });

  it("keeps control characters, NUL and a byte order mark inside text", async () => {
    expect(await read('\ufeff{"id":"a","text":"\\u0000\\u001b\ufeff"}')).toEqual([["a", "\0\x1b\ufeff"]]);
  });

  it.each([
    ["{oops", "! is not JSON: Expected property name or '}', line 1"],
    ["[1]", "! is not a JSON object, line 1"],
    ["null", "! is not a JSON object, line 1"],
    ['{"body":"x"}', '! has no text in "text"; its fields are body, line 1'],
    ['{"text":5}', '! has no text in "text": it is a number, line 1'],
    ['{"text":null}', '! has no text in "text": it is null, line 1'],
    ['{"text":["a"]}', '! has no text in "text": it is an array, line 1'],
    ['{"text":"\\ud800 alone"}', "! has a text with a lone surrogate, which has no UTF-8, line 1"],
    ['{"id":"\\udc00","text":"x"}', "! has an id with a lone surrogate, which has no UTF-8, line 1"],
    [`{"id":"${"i".repeat(5000)}","text":"x"}`, "! has an id of 5,000 characters; at most 4,096 are taken, line 1"],
  ])("sets aside %.40s", async (line, reason) => {
    expect(await read(line)).toEqual([reason]);
  });

  it("never replaces bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9]), Buffer.from('"}\n{"text":"next"}')]);
    const rows = await rowsOf("a.jsonl", bytes);
    expect(short(rows)).toEqual(["! is not valid UTF-8, line 1", ["s:1", "next"]]);
    expect(rows[0]).toMatchObject({ excerpt: '{"text":"caf\\xe9"}', extent: "record" });
  });

  it("takes keys for fields only where the record has them", async () => {
    expect(await read('{"__proto__":{"text":"x"}}')).toEqual([
      '! has no text in "text"; its fields are __proto__, line 1',
    ]);
    expect(await read('{"a":1}', { textField: "constructor" })).toEqual([
      '! has no text in "constructor"; its fields are a, line 1',
    ]);
    expect(({} as Record<string, unknown>).text).toBeUndefined();
  });

  it("hands on further fields only when asked", async () => {
    const line = '{"text":"x","domain":"d","other":1}';
    expect(await rowsOf("a.jsonl", line)).toEqual([{ kind: "document", row: 0, id: "s:0", text: "x" }]);
    const [row] = await rowsOf("a.jsonl", line, { keepFields: ["domain", "truth"] });
    expect({ ...(row as { fields: object }).fields }).toEqual({ domain: "d" });
  });

  it("passes over a line that is too long and reads on", async () => {
    const content = `{"text":"${"x".repeat(3000)}"}\n{"text":"next"}`;
    const rows = await rowsOf("a.jsonl", content, { maxRecordBytes: 1000 });
    expect(short(rows)).toEqual(["! is a line of more than 1,000 bytes, line 1", ["s:1", "next"]]);
    expect((rows[0] as { excerpt: string }).excerpt).toHaveLength(200);
  });
});

describe("records of many megabytes", () => {
  const megabytes = (text: string) => text.repeat(Math.ceil((5 * 2 ** 20) / text.length));

  it("are read like small ones", async () => {
    const text = megabytes('é🩺 "quoted" \\ \n\u0000 end ');
    const line = JSON.stringify({ id: "big", text, more: [1, { deep: "deep ".repeat(2 ** 19) }] });
    expect(await read(line, { maxRecordBytes: 2 ** 26 })).toEqual([["big", text]]);
    expect(parseLarge(Buffer.from(line))).toEqual(JSON.parse(line));
  });

  it.each([
    ["a lone surrogate", `{"text":"${megabytes("x")}\\ud800"}`, /lone surrogate/],
    ["a bad escape", `{"text":"${megabytes("x")}\\q"}`, /is not JSON/],
    ["a control character", `{"text":"${megabytes("x")}\u0001"}`, /is not JSON/],
    ["no closing quote", `{"text":"${megabytes("x")}`, /is not JSON/],
    ["millions of values", `{"text":"x","a":[${megabytes("[],")}[]]}`, /more than 1,000,000 JSON values/],
  ])("are set aside for %s", async (_, line, reason) => {
    expect((await read(line, { maxRecordBytes: 2 ** 26 }))[0]).toMatch(reason);
  });

  it("parse to what JSON.parse makes of them, whatever is escaped", () => {
    const pad = "p".repeat(2 ** 20 + 1);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) => {
        fc.pre((text as string & { isWellFormed(): boolean }).isWellFormed());
        const escaped = JSON.stringify({ text: pad + text, value }).replace(/[^ -~]/g, (unit) => {
          return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
        });
        for (const line of [JSON.stringify({ text: pad + text, value }), escaped]) {
          expect(parseLarge(Buffer.from(line))).toEqual(JSON.parse(line));
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("any records", () => {
  it("come back as they were written, however the file is cut into chunks", async () => {
    const record = fc.record({ id: fc.string({ minLength: 1 }), text: fc.string({ unit: "grapheme", minLength: 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 20 }), async (records) => {
        const rows = await read(records.map((value) => JSON.stringify(value)).join("\n"));
        expect(rows).toEqual(records.map(({ id, text }) => (/\S/.test(text) ? [id, text] : "empty")));
      }),
      { numRuns: 50 },
    );
  });
});

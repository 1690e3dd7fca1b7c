import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../testing/collect.js";
import { findInputs } from "./find.js";
import { PARQUET } from "./fuzz/samples.js";
import { openRows } from "./rows.js";
import { OPTIONS } from "./testing/rows.js";
import type { Unread } from "./unread.js";

const lines = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `{"text":"line ${i}"}\n`).join(""));
const OBJECTS = new Map<string, Buffer>([
  ["corpus/a.jsonl", lines],
  ["corpus/b/p.parquet", PARQUET.lz4],
  ["corpus/readme.md", Buffer.from("synthetic")],
  ["corpus-other/c.jsonl", Buffer.from("{}")],
  ["odd/", Buffer.alloc(0)],
  ["odd/a[1].jsonl", Buffer.from('{"text":"bracket"}')],
  ["odd/a1.jsonl", Buffer.from('{"text":"no bracket"}')],
  ["odd/{x}/b c.JSONL", Buffer.from('{"text":"brace"}')],
  ["odd/x.json", Buffer.from("{}")],
  ["odd/.hidden.jsonl", Buffer.from('{"text":"hidden"}')],
]);

/** Just enough of S3: lists keys, answers HEAD, serves ranges with an entity tag, cutting every second long answer. */
let server: Server;
let cuts = 0;
let tag = '"1"';
const environment = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://s3");
    const [, bucket, key] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(pathname))!;
    const object = OBJECTS.get(key);
    if (bucket !== "bucket") {
      response.writeHead(404, { "content-type": "application/xml" });
      response.end(request.method === "HEAD" ? "" : "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>");
    } else if (searchParams.has("list-type")) {
      const keys = [...OBJECTS].filter(([name]) => name.startsWith(searchParams.get("prefix") ?? ""));
      const contents = keys.map(
        ([name, { length }]) => `<Contents><Key>${name}</Key><Size>${length}</Size></Contents>`,
      );
      response.setHeader("content-type", "application/xml");
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`);
    } else if (!object) {
      response.writeHead(404).end();
    } else if (request.headers["if-match"] && request.headers["if-match"] !== tag) {
      response.writeHead(412, { "content-type": "application/xml" });
      response.end("<Error><Code>PreconditionFailed</Code><Message>changed</Message></Error>");
    } else {
      const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
      const part = object.subarray(Number(from), to ? Number(to) + 1 : undefined);
      response.writeHead(request.headers.range ? 206 : 200, {
        etag: tag,
        "content-length": part.length,
        "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${object.length}`,
      });
      if (request.method === "HEAD") response.end();
      else if (part.length > 100_000 && cuts++ % 2 === 0)
        response.write(part.subarray(0, 90_000), () => response.destroy());
      else response.end(part);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "synthetic",
    AWS_SECRET_ACCESS_KEY: "synthetic",
  });
});
afterAll(async () => {
  process.env = environment;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("s3://", () => {
  it("lists objects, prefixes and globs", async () => {
    const list = async (path: string) =>
      (await findInputs([`s3://bucket/${path}`])).map(({ uri, source }) => [uri, source]);
    const [a, p] = ["s3://bucket/corpus/a.jsonl", "s3://bucket/corpus/b/p.parquet"];
    expect(await list("corpus")).toEqual([
      [a, "a"],
      [p, "b/p"],
    ]);
    expect(await list("corpus/a.jsonl")).toEqual([[a, "a"]]);
    expect(await list("corpus/**/*.parquet")).toEqual([[p, "b/p"]]);
    expect(await list("corpus*/*.jsonl")).toEqual([
      ["s3://bucket/corpus-other/c.jsonl", "corpus-other/c"],
      [a, "corpus/a"],
    ]);
  });

  it("takes a key or prefix that exists as it is, and names what is not read", async () => {
    const told: Unread[] = [];
    const list = async (path: string) =>
      (await findInputs([`s3://bucket/${path}`], (unread) => told.push(...unread))).map(({ source }) => source);
    expect(await list("odd/a[1].jsonl")).toEqual(["a[1]"]);
    expect(await list("odd/{x}/b c.JSONL")).toEqual(["b c"]);
    expect(await list("odd/{x}")).toEqual(["b c"]);
    expect(await list("odd/a[0-9].jsonl")).toEqual(["a1"]);
    expect(await list("odd/*[[]1].jsonl")).toEqual(["a[1]"]);
    expect(await list("odd/a\\[*")).toEqual(["a[1]"]);
    expect(await list("odd/.hidden.jsonl")).toEqual([".hidden"]);
    expect(await list("odd/**/*.jsonl")).toEqual(["a1", "a[1]"]);
    expect(told).toEqual([]);
    expect(await list("odd/")).toEqual(["a1", "a[1]", "{x}/b c"]);
    expect(told.map(({ uri, why }) => [uri, why.slice(0, 10)])).toEqual([
      ["s3://bucket/odd/x.json", "not of a k"],
      ["s3://bucket/odd/.hidden.jsonl", "hidden: gi"],
    ]);
  });

  it("streams on where the connection was cut, and reads Parquet by ranges", async () => {
    const [a, parquet] = await findInputs(["s3://bucket/corpus"]);
    const opened = openRows(a, OPTIONS);
    const rows = await collect(opened.rows);
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)).toMatchObject({ text: "line 19999" });
    expect(cuts).toBeGreaterThan(1);
    expect((await opened.digest()).bytes).toBe(lines.length);
    expect(await collect(openRows(parquet, OPTIONS).rows)).toHaveLength(8);
  });

  it("refuses to go on with another version of the object", async () => {
    const [a] = await findInputs(["s3://bucket/corpus/a.jsonl"]);
    cuts = 0;
    const reading = (async () => {
      for await (const row of openRows(a, OPTIONS).rows) if (row.row === 10) tag = '"2"';
    })();
    await expect(reading).rejects.toThrow(/a\.jsonl was changed while it was read/);
  });

  it("refuses what is not there, in one sentence", async () => {
    await expect(findInputs(["s3://bucket/nowhere"])).rejects.toThrow(/holds no object that is/);
    await expect(findInputs(["s3://missing-bucket/a"])).rejects.toThrow(/the bucket does not exist/);
    await expect(findInputs(["s3:///a"])).rejects.toThrow(/names no bucket/);
  });
});

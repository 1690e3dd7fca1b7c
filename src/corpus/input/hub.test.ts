import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../testing/collect.js";
import { findInputs } from "./find.js";
import { PARQUET } from "./fuzz/samples.js";
import { openRows } from "./rows.js";
import { OPTIONS } from "./testing/rows.js";
import type { Unread } from "./unread.js";

const lines = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `{"text":"line ${i}"}\n`).join(""));
const FILES = new Map<string, Buffer>([
  ["data/a.jsonl", lines],
  ["data/b c.jsonl", Buffer.from('{"text":"spaced"}')],
  ["data/deep/p.parquet", PARQUET.brotli],
  ["odd/a[1].jsonl", Buffer.from('{"text":"bracket"}')],
  ["odd/a1.JSONL", Buffer.from('{"text":"no bracket"}')],
  ["odd/{x}/b.jsonl", Buffer.from('{"text":"brace"}')],
  ["odd/x.json.bz2", Buffer.from("{}")],
  ["odd/.hidden.jsonl", Buffer.from('{"text":"hidden"}')],
  [".gitattributes", Buffer.from("synthetic")],
  ["README.md", Buffer.from("# synthetic")],
]);

/** Just enough of the hub: lists a tree, and serves ranges, cutting every second long answer. */
let server: Server;
let cuts = 0;
const seen: { path: string; token?: string }[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://hub");
    const path = decodeURIComponent(pathname);
    seen.push({ path, token: request.headers.authorization });
    const tree = /^\/api\/datasets\/o\/d\/tree\/(main|v1)\/?(.*)$/.exec(path);
    const file = FILES.get(/^\/datasets\/o\/d\/resolve\/(?:main|v1)\/(.*)$/.exec(path)?.[1] ?? "");
    if (tree) {
      const names = [...FILES].filter(([name]) => name.startsWith(tree[2]));
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify(names.map(([name, bytes]) => ({ type: "file", path: name, size: bytes.length, oid: "0" }))),
      );
    } else if (!file) {
      response.statusCode = 404;
      response.end("none");
    } else {
      const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
      const part = file.subarray(Number(from), to ? Number(to) + 1 : undefined);
      response.writeHead(request.headers.range ? 206 : 200, {
        etag: '"1"',
        "content-length": part.length,
        "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`,
      });
      if (part.length > 100_000 && cuts++ % 2 === 0) response.write(part.subarray(0, 90_000), () => response.destroy());
      else response.end(part);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.HF_TOKEN = "hf_synthetic";
});
afterEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  process.env = environment;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("hf://", () => {
  it("lists files, folders, globs and revisions", async () => {
    const list = async (path: string) =>
      (await findInputs([`hf://datasets/o/d${path}`])).map(({ uri, source }) => [uri, source]);
    const at = (name: string, revision = "") => `hf://datasets/o/d${revision}/${name}`;
    expect((await list("")).filter(([, source]) => !source.startsWith("odd/"))).toEqual([
      [at("data/a.jsonl"), "data/a"],
      [at("data/b c.jsonl"), "data/b c"],
      [at("data/deep/p.parquet"), "data/deep/p"],
    ]);
    expect(await list("/data/a.jsonl")).toEqual([[at("data/a.jsonl"), "a"]]);
    expect(await list("@v1/data/**/*.parquet")).toEqual([[at("data/deep/p.parquet", "@v1"), "deep/p"]]);
    expect(seen.every(({ token }) => token === "Bearer hf_synthetic")).toBe(true);
  });

  it("takes a file or folder that exists as it is, and names what is not read", async () => {
    const told: Unread[] = [];
    const list = async (path: string) =>
      (await findInputs([`hf://datasets/o/d/${path}`], (unread) => told.push(...unread))).map(({ source }) => source);
    expect(await list("odd/a[1].jsonl")).toEqual(["a[1]"]);
    expect(await list("odd/{x}")).toEqual(["b"]);
    expect(await list("odd/a[0-9].*")).toEqual(["a1"]);
    expect(await list("odd/.hidden.jsonl")).toEqual([".hidden"]);
    expect(told).toEqual([]);
    expect(await list("odd")).toEqual(["a1", "a[1]", "{x}/b"]);
    expect(told.map(({ uri }) => uri.replace("hf://datasets/o/d/odd/", ""))).toEqual(["x.json.bz2", ".hidden.jsonl"]);
    told.length = 0;
    await list("");
    expect(told.map(({ uri }) => uri.split("/").at(-1))).toEqual(["x.json.bz2", ".hidden.jsonl", "README.md"]);
  });

  it("streams on where the connection was cut, and reads Parquet by ranges", async () => {
    const [a, spaced, parquet] = await findInputs(["hf://datasets/o/d/data"]);
    const opened = openRows(a, OPTIONS);
    const rows = await collect(opened.rows);
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)).toMatchObject({ text: "line 19999" });
    expect(cuts).toBeGreaterThan(1);
    expect((await opened.digest()).bytes).toBe(lines.length);
    expect(await collect(openRows(spaced, OPTIONS).rows)).toMatchObject([{ text: "spaced" }]);
    expect(await collect(openRows(parquet, OPTIONS).rows)).toHaveLength(8);
  });

  it("refuses what is not there or no address, in one sentence", async () => {
    await expect(findInputs(["hf://datasets/o/none/a.jsonl"])).rejects.toThrow(
      /the hub answered 404\. Check owner, name/,
    );
    await expect(findInputs(["hf://datasets/o/d/nowhere.jsonl"])).rejects.toThrow(/holds no file that is/);
    await expect(findInputs(["hf://models/x"])).rejects.toThrow(/is no dataset path/);
  });
});

/** @file What every Store promises, as tests that run on each kind. */
import { describe, expect, it } from "vitest";
import type { Store } from "../store.js";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const MEGABYTE = new Uint8Array(2 ** 20).map((_, index) => index % 251);
/** Longer than an object that goes up in one piece. */
const LONG = 40;

async function* megabytes(count: number, each: (index: number) => unknown = () => {}) {
  for (let index = 0; index < count; index++) {
    await each(index);
    yield MEGABYTE;
  }
}

/** @param open - a new, empty store for each test */
export function storeContract(kind: string, open: () => Store | Promise<Store>): void {
  describe(`${kind} as a store`, () => {
    it("reads what was written, from text, bytes and streams", async () => {
      const store = await open();
      const bytes = new Uint8Array([0, 255, 10, 13, 128]);
      await store.write("a/text.json", '{"é": 1}\n');
      await store.write("a/bytes", bytes);
      await store.write("a/view", new Uint8Array([9, ...bytes, 9]).subarray(1, 6));
      await store.write("a/iterable", [bytes, bytes]);
      await store.write("a/none", "");
      expect(text(await store.read("a/text.json"))).toBe('{"é": 1}\n');
      expect([...(await store.read("a/bytes"))]).toEqual([...bytes]);
      expect([...(await store.read("a/view"))]).toEqual([...bytes]);
      expect([...(await store.read("a/iterable"))]).toEqual([...bytes, ...bytes]);
      expect([await store.size("a/none"), (await store.read("a/none")).length]).toEqual([0, 0]);
    });

    it("writes a stream of unknown length, and reads any range of it", async () => {
      const store = await open();
      await store.write("long", megabytes(LONG));
      expect(await store.size("long")).toBe(LONG * MEGABYTE.length);
      const start = 16 * MEGABYTE.length - 3;
      const expected = [...MEGABYTE.subarray(-3), ...MEGABYTE.subarray(0, 4)];
      expect([...(await store.readRange("long", start, start + 7))]).toEqual(expected);
      expect((await store.readRange("long", 5, 5)).length).toBe(0);
      const end = LONG * MEGABYTE.length;
      expect([...(await store.readRange("long", end - 1, end))]).toEqual([MEGABYTE.at(-1)]);
    });

    it("says what is missing or too short, by name", async () => {
      const store = await open();
      await store.write("short", "12345");
      expect(await store.size("absent")).toBeUndefined();
      await expect(store.read("absent")).rejects.toMatchObject({ name: "UserError", message: /absent/ });
      await expect(store.readRange("absent", 0, 3)).rejects.toMatchObject({ name: "UserError", message: /absent/ });
      await expect(store.readRange("short", 3, 9)).rejects.toMatchObject({ name: "UserError", message: /short/ });
      await expect(store.readRange("short", 7, 9)).rejects.toMatchObject({ name: "UserError", message: /short/ });
    });

    it("shows nothing of an object before it is whole, and nothing when writing fails", async () => {
      const store = await open();
      await store.write("old", "before");
      const seen: unknown[] = [];
      const failing = (name: string) =>
        store.write(
          name,
          megabytes(LONG, async (index) => {
            if (index === LONG - 1) seen.push(await store.size("new"), await store.list(""), await store.read("old"));
            if (index === LONG - 1) throw new Error("the source broke");
          }),
        );
      await expect(failing("new")).rejects.toThrow("the source broke");
      await expect(failing("old")).rejects.toThrow("the source broke");
      expect([seen[0], seen[1], text(seen[2] as Uint8Array)]).toEqual([undefined, ["old"], "before"]);
      expect(await store.list("")).toEqual(["old"]);
      expect(text(await store.read("old"))).toBe("before");
    });

    it("replaces on write, and never on create", async () => {
      const store = await open();
      await store.write("job.json", "first");
      await store.write("job.json", "second");
      expect(await store.create("job.json", "third")).toBe(false);
      expect(text(await store.read("job.json"))).toBe("second");
      expect(await store.create("other.json", "fourth")).toBe(true);
      expect(text(await store.read("other.json"))).toBe("fourth");
    });

    it("lets one of many creators win", async () => {
      const store = await open();
      const contents = Array.from({ length: 12 }, (_, writer) => `writer ${writer}`);
      const won = await Promise.all(contents.map((content) => store.create("commit.json", content)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(text(await store.read("commit.json"))).toBe(contents[won.indexOf(true)]);
    });

    it("lists names below a prefix, sorted", async () => {
      const store = await open();
      const names = ["parts/1/a", "parts/10/a", "shards/00002.json", "shards/00001.json", "top", "x/ü +%41&.json"];
      for (const name of names) await store.write(name, name);
      expect(await store.list("")).toEqual([...names].sort());
      expect(await store.list("shards/")).toEqual(["shards/00001.json", "shards/00002.json"]);
      expect(await store.list("parts/1")).toEqual(["parts/1/a", "parts/10/a"]);
      expect(await store.list("none/")).toEqual([]);
      for (const name of names) expect(text(await store.read(name))).toBe(name);
    });

    it("removes an object or a folder, and not its neighbours", async () => {
      const store = await open();
      for (const name of ["parts/1/a", "parts/1/b", "parts/10/a", "top"]) await store.write(name, name);
      await store.remove("parts/1/");
      await store.remove("top");
      await store.remove("absent");
      await store.remove("absent/");
      expect(await store.list("")).toEqual(["parts/10/a"]);
    });

    it("refuses names that lead out, and the whole store", async () => {
      const store = await open();
      for (const name of ["../out", "a/../../out", "/etc/passwd", "", "a//b", ".", "a\\..\\b", "a\0b", "a/./b"]) {
        await expect(store.write(name, "x"), name).rejects.toThrow("is not a name inside");
        await expect(store.read(name), name).rejects.toThrow("is not a name inside");
        await expect(store.create(name, "x"), name).rejects.toThrow("is not a name inside");
        await expect(store.remove(name), name).rejects.toThrow("is not a name inside");
      }
      await expect(store.remove("/")).rejects.toThrow("is not a name inside");
      expect(await store.list("")).toEqual([]);
    });
  });
}

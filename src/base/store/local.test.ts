import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { localStore } from "./local.js";
import { storeContract } from "./testing/contract.js";

storeContract("a folder", () => localStore(join(temporaryFolder(), "out")));

/** A file system of 1 MiB in memory; undefined where this user may not mount. */
function tinyDisk(): string | undefined {
  const folder = temporaryFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" }).status !== 0) return;
  onTestFinished(() => void execFileSync("umount", [folder]));
  return folder;
}

describe("a folder", () => {
  it("refuses to write through a link that leads out, and makes nothing there", async () => {
    const [out, elsewhere] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(elsewhere, join(out, "shards"));
    const store = localStore(out);
    for (const name of ["shards/1.json", "shards/deep/1.json"]) {
      await expect(store.write(name, "x")).rejects.toMatchObject({ name: "UserError", message: /leads outside/ });
      await expect(store.create(name, "x")).rejects.toMatchObject({ name: "UserError", message: /leads outside/ });
    }
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("refuses a temporary folder that is a link", async () => {
    const [out, elsewhere] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(elsewhere, join(out, ".tmp"));
    await expect(localStore(out).write("a", "x")).rejects.toThrow("leads outside");
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("works when its own root is a link", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    await localStore(join(folder, "link")).write("a/b", "x");
    expect(existsSync(join(folder, "real/a/b"))).toBe(true);
  });

  it("lists while others remove", async () => {
    const store = localStore(temporaryFolder());
    await store.write("shards/1.json", "x");
    let isDone = false;
    const churn = async (part: number) => {
      for (let round = 0; round < 40; round++) {
        await store.write(`parts/${part}/${round}/deep`, "x");
        await store.remove(`parts/${part}/`);
      }
    };
    const churning = Promise.all([churn(1), churn(2)]).then(() => (isDone = true));
    while (!isDone) expect(await store.list("")).toContain("shards/1.json");
    await churning;
  });

  it("clears what a killed writer left, and nothing else", async () => {
    const out = temporaryFolder();
    const store = localStore(out);
    await store.write("kept", "x");
    mkdirSync(join(out, ".tmp"), { recursive: true });
    writeFileSync(join(out, ".tmp", "half"), "x");
    expect(await store.list("")).toEqual(["kept"]);
    await store.sweep();
    expect(readdirSync(out)).toEqual(["kept"]);
  });

  it("says that the disk is full, keeps what was there, and goes on when there is room", async ({ skip }) => {
    const disk = tinyDisk();
    if (!disk) return skip("mounting needs root");
    const store = localStore(join(disk, "out"));
    await store.write("kept", "before");
    const tooMuch = store.write("kept", new Uint8Array(4 * 2 ** 20));
    await expect(tooMuch).rejects.toMatchObject({ name: "UserError", message: /kept: the disk is full/ });
    expect(new TextDecoder().decode(await store.read("kept"))).toBe("before");
    expect(readdirSync(join(disk, "out/.tmp"))).toEqual([]);
    await store.write("next", new Uint8Array(2 ** 18));
    expect(await store.list("")).toEqual(["kept", "next"]);
  });

  it("says that the file system is read-only", async ({ skip }) => {
    const disk = tinyDisk();
    if (!disk) return skip("mounting needs root");
    const store = localStore(join(disk, "out"));
    await store.write("kept", "before");
    execFileSync("mount", ["-o", "remount,ro", disk]);
    for (const change of [() => store.write("a", "x"), () => store.create("a", "x"), () => store.remove("kept")]) {
      await expect(change()).rejects.toMatchObject({ name: "UserError", message: /read-only/ });
    }
    expect(await store.list("")).toEqual(["kept"]);
  });
});

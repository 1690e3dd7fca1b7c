import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "./base/package.js";
import { ensureBuilt } from "./testing/built.js";

beforeAll(ensureBuilt);

describe("the package's declarations", () => {
  it("name no package whose own declarations may not check elsewhere", () => {
    const files = new Set([join(PACKAGE_ROOT, "dist/index.d.ts")]);
    const packages = new Set<string>();
    for (const file of files) {
      for (const [, specifier] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
        if (specifier.startsWith(".")) files.add(join(file, "..", specifier.replace(/\.js$/, ".d.ts")));
        else if (!specifier.startsWith("node:")) packages.add(specifier.split("/")[0]);
      }
    }
    expect(files.size).toBeGreaterThan(100);
    expect([...packages]).toEqual(["zod"]);
    const { dependencies } = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8"));
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(["zod", "@types/node"]));
  });

  it("bring Node's own along", () => {
    expect(readFileSync(join(PACKAGE_ROOT, "dist/index.d.ts"), "utf8")).toMatch(/^\/\/\/ <reference types="node"/);
  });
});

describe("the lock file", () => {
  it("does not let onnxruntime-node fetch CUDA libraries after install", () => {
    const { packages } = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package-lock.json"), "utf8"));
    expect(packages["node_modules/onnxruntime-node"]).toBeDefined();
    expect(packages["node_modules/onnxruntime-node"]).not.toHaveProperty("hasInstallScript");
  });
});

describe("the built command", () => {
  it.skipIf(process.platform === "win32")("may be executed, whatever built it: npx lacuna", () => {
    expect(statSync(join(PACKAGE_ROOT, "dist/cli/main.js")).mode & 0o111).toBe(0o111);
  });
});

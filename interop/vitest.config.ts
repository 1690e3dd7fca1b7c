import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["interop/**/*.test.ts"],
    root: new URL("..", import.meta.url).pathname,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    setupFiles: ["src/testing/setup.ts"],
  },
});

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { PASSWORD, queueFixture } from "../filter/run/testing/queue-fixture.js";
import { ensureBuilt } from "../testing/built.js";
import { freePort, whyNoRedis } from "../testing/servers.js";

beforeAll(ensureBuilt);

function lacuna(...args: string[]) {
  const main = join(PACKAGE_ROOT, "dist/cli/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("npx lacuna worker", () => {
  it("exits with 2 and one sentence when the queue is not there, without the password", async () => {
    const queue = `redis://:${PASSWORD}@127.0.0.1:${await freePort()}`;
    const { status, stdout, stderr } = lacuna("worker", "--queue", queue);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Cannot reach redis:\/\/127.0.0.1:\d+: the connection is refused\. .*\n$/);
  });

  it.skipIf(whyNoRedis())(
    "says with --dry-run what is in the queue, and ends with --once when it is empty",
    async () => {
      const { queue } = await queueFixture(1);
      const { status, stdout } = lacuna("worker", "--queue", queue, "--dry-run", "--json");
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0, workers: 0 });
      const ended = lacuna("worker", "--queue", queue, "--once");
      expect([ended.status, ended.stdout]).toEqual([0, expect.stringMatching(/scored 0 shards, 0 tokens\.\n$/)]);
      expect(ended.stderr).not.toContain(PASSWORD);
    },
  );
});

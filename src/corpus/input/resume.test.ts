import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { collect } from "../testing/collect.js";
import { type Remote, readRange, resumable } from "./resume.js";

const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));

/** A server that cuts the connection after `most` bytes, and delivers none at all for the first `silent` requests. */
function flaky(most: number, silent = 0): Remote & { starts: number[] } {
  const starts: number[] = [];
  return {
    uri: "s3://bucket/key",
    bytes: content.length,
    starts,
    async request(start, end) {
      starts.push(start);
      if (starts.length <= silent) throw new Error("socket hang up");
      return (async function* () {
        for (let at = start; at < Math.min(end, start + most); at += 7)
          yield content.subarray(at, Math.min(at + 7, end));
        throw new Error("aborted");
      })();
    },
  };
}

describe("a stream that is cut", () => {
  it("goes on at the byte reached, losing and repeating none", async () => {
    const remote = flaky(350, 1);
    expect(Buffer.concat(await collect(resumable(remote)))).toEqual(content);
    expect(remote.starts).toEqual([0, 0, 350, 700]);
    expect(await readRange(flaky(350), 100, 900)).toEqual(content.subarray(100, 900));
  });

  it("is given up after some attempts without a byte, in one sentence", async () => {
    const reading = collect(resumable(flaky(0, Number.POSITIVE_INFINITY)));
    await expect(reading).rejects.toThrow(/Cannot read s3:\/\/bucket\/key from byte 0, 5 times: socket hang up/);
    await expect(reading).rejects.toBeInstanceOf(UserError);
  });
});

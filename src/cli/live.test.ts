import { describe, expect, it } from "vitest";
import { clock, compact, describeProgress } from "./live.js";

describe("live line", () => {
  it("writes times and counts that fit a moving line", () => {
    expect([clock(0), clock(83), clock(4210)]).toEqual(["0:00", "1:23", "1:10:10"]);
    expect([compact(7), compact(999), compact(1234), compact(98765), compact(2.5e6)]).toEqual([
      "7",
      "999",
      "1.23k",
      "98.8k",
      "2.50M",
    ]);
  });

  it("tells rate and time left once there is something to go by", () => {
    const update = { done: 500, total: 2000, unit: "tokens", detail: "loss 4.2" };
    expect(describeProgress("train", update, 10)).toBe("train: 500 of 2.00k tokens, 50/s, loss 4.2, 0:30 left");
    expect(describeProgress("train", { done: 0, total: 10, unit: "steps" }, 0)).toBe("train: 0 of 10 steps");
  });
});

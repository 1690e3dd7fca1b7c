import { describe, expect, it } from "vitest";
import { parseShard, shardFromEnvironment } from "./shard.js";

describe("--shard I/N", () => {
  it("counts from 0", () => {
    expect(parseShard("0/7")).toEqual({ index: 0, of: 7 });
    expect(parseShard("6/7")).toEqual({ index: 6, of: 7 });
  });

  it.each(["7/7", "0/0", "-1/7", "1", "1/", "1/7/2", "1.5/7", "", " 1/7", "0/99999999"])(
    "refuses %j with the way out",
    (text) => {
      expect(() => parseShard(text)).toThrow(/is not I\/N.*the first is 0\/7/);
    },
  );
});

describe("the share an array scheduler gives", () => {
  it("is none outside of one", () => {
    expect(shardFromEnvironment({})).toBeUndefined();
    expect(shardFromEnvironment({ LACUNA_SHARDS: "7" })).toBeUndefined();
  });

  it("is Slurm's task id among the ids of the array, wherever they begin", () => {
    const env = { SLURM_ARRAY_TASK_MIN: "5", SLURM_ARRAY_TASK_COUNT: "7" };
    expect(shardFromEnvironment({ ...env, SLURM_ARRAY_TASK_ID: "5" })).toEqual({ index: 0, of: 7 });
    expect(shardFromEnvironment({ ...env, SLURM_ARRAY_TASK_ID: "11" })).toEqual({ index: 6, of: 7 });
  });

  it("stays the same when only some tasks of a Slurm array are submitted again", () => {
    const again = { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_MIN: "5", SLURM_ARRAY_TASK_COUNT: "1" };
    expect(shardFromEnvironment({ ...again, LACUNA_SHARDS: "7" })).toEqual({ index: 5, of: 7 });
  });

  it("is the pod's index of an Indexed Job", () => {
    expect(shardFromEnvironment({ JOB_COMPLETION_INDEX: "3", LACUNA_SHARDS: "4" })).toEqual({ index: 3, of: 4 });
  });

  it("is refused when the variables make none, naming the one that is wrong", () => {
    const slurm = { SLURM_ARRAY_TASK_ID: "9", SLURM_ARRAY_TASK_MIN: "0", SLURM_ARRAY_TASK_COUNT: "3" };
    expect(() => shardFromEnvironment(slurm)).toThrow(/SLURM_ARRAY_TASK_ID makes this task 9 of 3/); // 0,4,9: a sparse array
    expect(() => shardFromEnvironment({ SLURM_ARRAY_TASK_ID: "1" })).toThrow(/SLURM_ARRAY_TASK_COUNT is not/);
    expect(() => shardFromEnvironment({ ...slurm, SLURM_ARRAY_TASK_ID: "x" })).toThrow(/SLURM_ARRAY_TASK_ID is "x"/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "0" })).toThrow(/LACUNA_SHARDS is not/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "4", LACUNA_SHARDS: "4" })).toThrow(/task 4 of 4/);
  });
});

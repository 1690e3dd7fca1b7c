import { describe, expect, it } from "vitest";
import { semaphore } from "./pool.js";

const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("semaphore", () => {
  it("runs no more at a time than it has slots, and all in the end", async () => {
    const hold = semaphore(2);
    let [running, most, done] = [0, 0, 0];
    const work = async () => {
      most = Math.max(most, ++running);
      await tick();
      running--;
      done++;
    };
    await Promise.all(Array.from({ length: 7 }, () => hold(0, work)));
    expect([most, done]).toEqual([2, 7]);
  });

  it("takes the highest priority of those waiting, then the first come", async () => {
    const hold = semaphore(1);
    const order: string[] = [];
    const add = (name: string, priority: number) => hold(priority, async () => void order.push(name));
    await Promise.all([add("low", 0), add("high", 5), add("first of equals", 3), add("second of equals", 3)]);
    expect(order).toEqual(["high", "first of equals", "second of equals", "low"]);
  });

  it("keeps a slot for what the end of a task makes ready, when that is more urgent", async () => {
    const hold = semaphore(1);
    const order: string[] = [];
    const add = (name: string, priority: number) => hold(priority, async () => void order.push(name));
    const chain = add("first of the chain", 9).then(() => add("second of the chain", 9));
    await Promise.all([chain, add("aside", 0)]);
    expect(order).toEqual(["first of the chain", "second of the chain", "aside"]);
  });

  it("frees its slot when the work fails", async () => {
    const hold = semaphore(1);
    await expect(hold(0, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await expect(hold(0, async () => "fine")).resolves.toBe("fine");
  });
});

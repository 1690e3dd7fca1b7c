import { describe, expect, it } from "vitest";
import { recover } from "./recover.js";

const curve = (...losses: number[]) => losses.map((loss, step) => ({ step, tokens: 100 * step, loss }));

describe("tokens to recover", () => {
  it("are where a line between two measurements crosses the target", () => {
    // 5 to 4 between 100 and 200 tokens: 4.25 is three quarters of the way.
    expect(recover(curve(6, 5, 4, 3), 4.25)).toEqual({ tokens: 175, censored: false });
    expect(recover(curve(6, 5, 4, 3), 4)).toEqual({ tokens: 200, censored: false });
  });

  it("are those of the first crossing, though the loss rises again", () => {
    expect(recover(curve(6, 4, 6, 4), 5)).toEqual({ tokens: 50, censored: false });
  });

  it("interpolate between measurements that are not evenly spaced", () => {
    const uneven = [0, 10, 1000].map((tokens, index) => ({ step: index, tokens, loss: 3 - index }));
    expect(recover(uneven, 1.5)).toEqual({ tokens: 505, censored: false });
  });

  it("are none when the model never lost anything", () => {
    expect(recover(curve(4, 3), 4)).toEqual({ tokens: 0, censored: false });
  });

  it("are censored at the last measurement when the target is not reached", () => {
    expect(recover(curve(6, 5, 4.1), 4)).toEqual({ tokens: 200, censored: true });
    expect(recover(curve(6), 4)).toEqual({ tokens: 0, censored: true });
  });
});

import { describe, expect, it } from "vitest";
import type { ArmFacts } from "./results.js";
import { SYNTHETIC_ARMS } from "./testing/synthetic-study.js";
import { armExplained, armWords } from "./words.js";

describe("words for arms", () => {
  it("name every arm apart, and the method of a control only where that is needed", () => {
    const words = armWords(SYNTHETIC_ARMS);
    expect(Object.fromEntries(words)).toEqual({
      baseline: "no filter",
      document: "documents dropped",
      mask: "loss masked",
      remove: "tokens removed",
      "truth-mask": "true labels",
      "random-mask": "random tokens",
      "wrong-topic-mask": "another topic",
    });
    const mask = SYNTHETIC_ARMS.find(({ name }) => name === "wrong-topic-mask")!;
    const more: ArmFacts[] = [
      mask,
      { ...mask, name: "wrong-topic-remove", method: "remove" },
      { ...mask, name: "late" },
    ];
    expect([...armWords(more).values()]).toEqual([
      "another topic, masked (wrong-topic-mask)",
      "another topic, removed",
      "another topic, masked (late)",
    ]);
  });

  it("explain a method by what the model does, and a control by what it picks", () => {
    expect(armExplained({ method: "mask", labels: "classifier" })).toContain("reads the tokens but is not trained");
    expect(armExplained({ method: "mask", labels: "random" })).toContain("picked at random");
  });
});

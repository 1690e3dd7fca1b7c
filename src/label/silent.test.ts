import { describe, expect, it } from "vitest";
import { SilentWindows } from "./silent.js";

const END = 99;
/** Synthetic documents of ids 0..49; latent k is active on token k, latent 7 on every token. */
const documents = Array.from({ length: 20 }, (_, document) =>
  Uint32Array.of(...Array.from({ length: 30 }, (_, position) => (document * 7 + position) % 50), END),
);
const activations = (tokens: Uint32Array) => ({
  offsets: Uint32Array.from({ length: tokens.length + 1 }, (_, token) => 2 * token),
  latents: Uint32Array.from([...tokens].flatMap((id) => [7, id])),
  values: new Float32Array(2 * tokens.length).fill(1),
});
const textOf = (document: number, from: number, to: number) => documents[document].subarray(from, to).join(" ");

describe("silent windows", () => {
  const windows = new SilentWindows({ documents, specials: new Set([END]), textOf }, { reach: 3, seed: 5 });
  for (const [index, tokens] of documents.entries()) windows.add(index, activations(tokens));

  it("hold nothing the latent is active on, in all their reach, and no special token", () => {
    for (const latent of [0, 13, 31]) {
      const contexts = windows.contexts(latent, 40);
      expect(contexts).toHaveLength(40);
      for (const { before, token, after } of contexts) {
        const ids = `${before} ${token} ${after}`.split(" ").filter(Boolean).map(Number);
        expect(ids).not.toContain(latent);
        expect(ids).not.toContain(END);
        expect(ids.length).toBeGreaterThan(3);
      }
    }
  });
  it("are none for a latent that is active everywhere", () => {
    expect(windows.contexts(7, 10)).toEqual([]);
  });
  it("are the same for the same seed, and others for another latent", () => {
    expect(windows.contexts(1, 10)).toEqual(windows.contexts(1, 10));
    expect(windows.contexts(1, 10)).not.toEqual(windows.contexts(2, 10));
  });
});

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../src/base/safetensors.js";
import { delphiEvidence, openDelphi } from "../src/label/import/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { PYTHON, python, relativeDistance } from "./python.js";

describe.skipIf(!PYTHON)("delphi's caches against NumPy", () => {
  it("have the same statistics and strongest activations of every latent", () => {
    const folder = temporaryFolder();
    python("delphi.py", folder);
    const { mean, sd, frequency, strongest } = readSafetensors(join(folder, "oracle.safetensors")).tensors;
    const options = { decode: (ids: Uint32Array) => ids.join(" "), contexts: 6, reach: 3, seed: 1 };
    const evidence = [...delphiEvidence(openDelphi(join(folder, "cache")), new Set([0]), options)];
    expect(evidence.map(({ latent }) => latent)).toEqual(Array.from({ length: 50 }, (_, latent) => latent));
    const distances = {
      mean: relativeDistance(
        evidence.map((latent) => latent.mean),
        mean.data as Float64Array,
      ),
      sd: relativeDistance(
        evidence.map((latent) => latent.sd),
        sd.data as Float64Array,
      ),
      frequency: relativeDistance(
        evidence.map((latent) => latent.frequency),
        frequency.data as Float64Array,
      ),
    };
    console.log(`delphi: relative distances ${JSON.stringify(distances)}`);
    for (const [name, distance] of Object.entries(distances)) expect(distance, name).toBeLessThan(1e-9);
    expect(evidence.map(({ contexts }) => contexts[0]?.activation ?? 0)).toEqual([...(strongest.data as Float64Array)]);
    expect(evidence[17].contexts).toEqual([]);
  });
});

/** @file What `npx lacuna filter` says of policies: how thresholds were chosen, what they take, how fast that was found. */
import { grouped } from "../base/errors.js";
import type { PoliciesFile } from "../filter/policies/index.js";
import { percent } from "./terminal.js";

/** What the policies are and take away, for a person. */
export function describeFilter({
  policies,
  topUp,
  counts,
}: Pick<PoliciesFile, "policies" | "topUp" | "counts">): string {
  const lines = policies.map(({ policy, chosen, counts: alone, exempt }) => {
    const { domain, method, threshold, closeGaps, dilate, replacement } = policy;
    const by = {
      none: "",
      threshold: " (given)",
      share: ` (share ${percent(chosen.wanted ?? 0)} wanted, ${percent(chosen.reached ?? 0)} before smoothing)`,
      prevalence: ` (the labels' share ${percent(chosen.wanted ?? 0)} wanted, ${percent(chosen.reached ?? 0)} before smoothing)`,
      recall: ` (recall ${percent(chosen.wanted ?? 0)} wanted, ${percent(chosen.reached ?? 0)} on validation)`,
      f1: ` (best F1 on validation, ${(chosen.reached ?? 0).toFixed(3)})`,
    }[chosen.by];
    const parts = [
      method === "none" ? "nothing is filtered" : `score >= ${threshold.toFixed(4)}${by}`,
      ...(closeGaps > 0 ? [`gaps of up to ${closeGaps} closed`] : []),
      ...(dilate > 0 ? [`spans dilated by ${dilate}`] : []),
      ...(method === "remove" && replacement !== "hidden" ? [`replacement ${replacement}`] : []),
      ...(exempt ? [`${grouped(exempt.found)} of ${grouped(exempt.ids)} exempt ids found`] : []),
    ];
    return `${domain}: ${method}, ${parts.join(", ")}\n${describeCounts(alone, closeGaps + dilate > 0 ? " after smoothing" : "")}`;
  });
  if (policies.length > 1) lines.push(`Together:\n${describeCounts(counts)}`);
  if (topUp.method === "repeat") lines.push(`Top-up: kept documents are repeated ${topUp.rate.toFixed(4)} times more.`);
  return lines.join("\n");
}

function describeCounts(counts: PoliciesFile["counts"], when = ""): string {
  const parts = [
    ...(counts.droppedDocuments > 0
      ? [
          `${grouped(counts.droppedDocuments)} of ${grouped(counts.documents)} documents dropped (${grouped(counts.droppedTokens)} tokens)`,
        ]
      : []),
    ...(counts.maskedTokens > 0 ? [`${grouped(counts.maskedTokens)} tokens masked`] : []),
    ...(counts.removedTokens > 0 ? [`${grouped(counts.removedTokens)} tokens removed`] : []),
  ];
  return `  ${parts.join(", ") || "nothing taken"}: ${percent(counts.share)} of ${grouped(counts.tokens)} tokens${when}`;
}

/** Scores read per second, from the first to the last; every pass over them starts at 0. */
export function throughput() {
  let [started, ended, bytes, last] = [0, 0, 0, 0];
  return {
    add(done: number) {
      ended = performance.now();
      if (started === 0) started = ended;
      bytes += Math.max(0, done - last);
      last = done;
    },
    seconds: () => (ended - started) / 1000,
    summary() {
      const seconds = (ended - started) / 1000;
      const rate = seconds === 0 ? "" : `, ${(bytes / 1e9 / seconds).toFixed(2)} GB/s`;
      return `Read ${grouped(bytes)} scores in ${seconds.toFixed(2)} s${rate}; no model was loaded.`;
    },
  };
}

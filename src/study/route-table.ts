/**
 * @file What each route's labels and classifier reach, and what they cost here: a table for the terminal.
 *
 * Seconds are those of this run's steps, as their manifests tell; they are no part of results.json, which is the same
 * wherever it is made.
 */
import type { Estimate, Results } from "./results.js";
import { type RouteArtifacts, routeName } from "./routes.js";
import { alignColumns } from "./table.js";

/** Seconds of one core by name of the route; a step that routes share counts for each. */
export type RouteCosts = Record<string, number>;

export function routeCosts(routes: readonly RouteArtifacts[]): RouteCosts {
  return Object.fromEntries(
    routes.map(({ route, steps }) => [
      routeName(route),
      [...new Map(steps.map(({ path, manifest }) => [path, manifest.seconds])).values()].reduce((a, b) => a + b, 0),
    ]),
  );
}

/** Labels and classifiers of all routes on test text. */
export function routeTable({ routes, corpus }: Results, costs: RouteCosts): string {
  const against = corpus.domainsFrom === "truth" ? "truth" : "labels";
  const fixed = (value: number | null | undefined) => value?.toFixed(2) ?? "–";
  const shown = (estimate: Estimate | undefined) => {
    if (!estimate || estimate.value === null) return "–";
    const { value, low, high } = estimate;
    return low === null || high === null ? fixed(value) : `${value.toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  };
  const rows = routes.map(({ name, labels, classifier }) => {
    const graded = labels.evaluations.find(({ split }) => split === "test");
    const tokens = classifier.evaluations.find(
      (one) => one.split === "test" && one.level === "token" && one.against === against,
    );
    const seconds = costs[name];
    return [
      name,
      `${fixed(graded?.precision)} ${fixed(graded?.recall)} ${fixed(graded?.f1)}`,
      shown(tokens?.auroc),
      shown(tokens?.f1),
      classifier.halves ? fixed(classifier.halves.value) : "–",
      seconds === undefined ? "–" : `${seconds.toFixed(0)} s`,
    ];
  });
  const header = ["route", "labels P R F1", `AUROC, ${against}`, "F1", "halves", "cost"];
  return `${alignColumns(header, rows)}\nOn test text, against the ${against}. Halves: AUROC on sentences that a half of the lexicon marks, taught by the other half.`;
}

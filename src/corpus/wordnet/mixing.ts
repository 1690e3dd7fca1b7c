/**
 * @file How entries become pages: the mix of domains on a page.
 *
 * `web`: most pages are mostly about one thing and some mix, as on the web. `pure`: every page is of one domain.
 * `alphabet`: neighbours in the alphabet, so nearly every page mixes. Each entry is on exactly one page.
 */
import type { Random } from "../../base/random.js";
import { logDirichlet } from "./dirichlet.js";
import type { Entry } from "./entries.js";
import { WORDNET_DOMAINS } from "./roots.js";

export const MIXINGS = ["web", "pure", "alphabet"] as const;
export type Mixing = (typeof MIXINGS)[number];

/** Entries on a page. */
const MIN_ENTRIES = 15;
const MAX_ENTRIES = 25;

/**
 * Concentration of `web`: the sum of the Dirichlet's parameters. Smaller is purer.
 *
 * At 0.08 the default text (seed 1) has 3,296 pages: the median page is all of one domain, and 93 % of pages have more
 * than 80 % of their characters in one. 444 pages hold medical text: 20-80 % of it on 24 % of these, more on 63 %. At
 * 0.5 it is 20-80 % on 41 %.
 */
const CONCENTRATION = 0.08;

/** Pages of one pool of entries, each a list of entries in the order in which they stand on the page. */
export function mixPages(entries: readonly Entry[], mixing: Mixing, draw: Random): Entry[][] {
  if (mixing === "alphabet") return cut(entries, draw);
  const queues = WORDNET_DOMAINS.map((domain) => entries.filter((entry) => entry.domain === domain));
  if (mixing === "pure") return queues.flatMap((queue) => cut(queue, draw));
  return pageSizes(entries.length, draw).map((size) => webPage(queues, size, draw));
}

function cut(entries: readonly Entry[], draw: Random): Entry[][] {
  let at = 0;
  return pageSizes(entries.length, draw).map((size) => entries.slice(at, (at += size)));
}

/**
 * A page of `web`: its shares of domains are drawn from a Dirichlet whose mean is what the pool has left, and each
 * place on it takes the next entry of a domain drawn by these shares. Takes entries off the queues.
 */
function webPage(queues: Entry[][], size: number, draw: Random): Entry[] {
  const left = queues.reduce((sum, queue) => sum + queue.length, 0);
  const logShares = logDirichlet(
    queues.map((queue) => (CONCENTRATION * queue.length) / left),
    draw,
  );
  return Array.from({ length: size }, () => {
    const open = [...queues.keys()].filter((domain) => queues[domain].length > 0);
    const most = Math.max(...open.map((domain) => logShares[domain]));
    const weights = open.map((domain) => Math.exp(logShares[domain] - most));
    return queues[open[pick(weights, draw)]].shift()!;
  });
}

/** An index drawn by weight. */
function pick(weights: readonly number[], draw: Random): number {
  let left = draw.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found === -1 ? weights.length - 1 : found;
}

/** Sizes of pages that hold `entries` in all: uniform from 15 to 25 as far as what is left allows it. */
export function pageSizes(entries: number, draw: Random): number[] {
  const sizes: number[] = [];
  for (let left = entries; left > 0; left -= sizes.at(-1)!) {
    const drawn = MIN_ENTRIES + draw.integer(MAX_ENTRIES - MIN_ENTRIES + 1);
    const fitting = [...Array(MAX_ENTRIES - MIN_ENTRIES + 1).keys()]
      .map((step) => MIN_ENTRIES + step)
      .filter((size) => isPageable(left - size));
    const nearest = fitting.sort((a, b) => Math.abs(a - drawn) - Math.abs(b - drawn))[0];
    sizes.push(nearest ?? Math.min(left, MAX_ENTRIES));
  }
  return sizes;
}

/** Whether so many entries can be cut into pages of allowed sizes. */
function isPageable(entries: number): boolean {
  return entries >= 0 && Math.ceil(entries / MAX_ENTRIES) * MIN_ENTRIES <= entries;
}

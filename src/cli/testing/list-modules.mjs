/** Preloaded into a command (`node --import`): appends the address of every module it loads to $LACUNA_MODULES. */
import { appendFileSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

if (isMainThread) register(import.meta.url, { data: process.env.LACUNA_MODULES });

let file;
export function initialize(data) {
  file = data;
}

export async function load(url, context, next) {
  if (!url.startsWith("node:")) appendFileSync(file, `${url}\n`);
  return next(url, context);
}

/** @file A worker whose processes score without a model; options come as JSON. Tests kill it. */
import { runWorker } from "../../../../dist/filter/run/worker.js";

const options = JSON.parse(process.argv[2]);
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());
await runWorker({
  ...options,
  program: new URL("./fake-child.mjs", import.meta.url),
  signal: stopping.signal,
  onEvent: (event) => console.log(JSON.stringify(event)),
});
process.exit(0);

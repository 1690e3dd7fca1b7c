/** A program for tests that says "ready", then "ending" at the first signal, and never ends by itself. */
import { onEndingSignal } from "../../../dist/cli/signals.js";

onEndingSignal((signal) => console.log(`ending by ${signal}`));
setInterval(() => {}, 1000);
console.log("ready");

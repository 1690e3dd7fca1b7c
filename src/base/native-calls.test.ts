import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../testing/built.js";

beforeAll(ensureBuilt);

/** Stopping cannot be undone, so each test has a thread of its own, with counters of its own. */
async function inThread(body: string): Promise<unknown> {
  const module = JSON.stringify(new URL("../../dist/base/native-calls.js", import.meta.url).href);
  const source = `import(${module}).then(async ({ nativeCall, endNativeCalls }) => {
    const { parentPort, Worker } = require("node:worker_threads");
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${body}
  });`;
  const [answer] = await once(new Worker(source, { eval: true }), "message");
  return answer;
}

describe("native calls", () => {
  it("are waited for before the process may end", async () => {
    const answer = await inThread(`
      const order = [];
      const call = nativeCall(() => pause(40)).then(() => order.push("the call ended"));
      await endNativeCalls();
      await call;
      order.push("the process may end");
      parentPort.postMessage(order);`);
    expect(answer).toEqual(["the call ended", "the process may end"]);
  });

  it("are refused from then on, and not begun", async () => {
    const answer = await inThread(`
      await endNativeCalls();
      let begun = false;
      const error = await nativeCall(async () => { begun = true; }).catch((error) => error.name);
      parentPort.postMessage({ error, begun });`);
    expect(answer).toEqual({ error: "Stopped", begun: false });
  });

  it("count together in all threads of a process", async () => {
    const file = fileURLToPath(new URL("../../dist/base/native-calls.js", import.meta.url));
    const answer = await inThread(`
      const child = new Worker(
        'import(require("node:worker_threads").workerData).then(({ nativeCall }) =>' +
        '  nativeCall(async () => {' +
        '    require("node:worker_threads").parentPort.postMessage("begun");' +
        '    await new Promise((resolve) => setTimeout(resolve, 60));' +
        '    require("node:worker_threads").parentPort.postMessage("ended");' +
        '  }))', { eval: true, workerData: ${JSON.stringify(file)} });
      const heard = [];
      await new Promise((resolve) => child.on("message", (message) => { heard.push(message); resolve(); }));
      await endNativeCalls();
      await pause(20);
      parentPort.postMessage(heard);`);
    expect(answer).toEqual(["begun", "ended"]);
  });
});

/**
 * A program for tests: a thread is always inside the native runtime, and the main thread ends the process after so many
 * milliseconds with exit code 130. It runs by itself, so it imports the built package.
 */
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { endNativeCalls } from "../../../dist/base/native-calls.js";
import { compile, matmul, spec } from "../../../dist/tensor/index.js";

const SIZE = 512;

if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url));
  thread.on("error", () => {}); // refused calls fail there
  thread.once("message", () =>
    setTimeout(async () => {
      await endNativeCalls();
      process.exit(130);
    }, Number(process.argv[2])),
  );
} else {
  const product = await compile((a, b) => matmul(matmul(matmul(a, b), b), b), [spec([SIZE, SIZE]), spec([SIZE, SIZE])]);
  const matrix = new Float32Array(SIZE * SIZE);
  parentPort.postMessage("at work");
  for (;;) await product.run(matrix, matrix);
}

/**
 * @file Calls into the native runtime, and ending the process between them.
 *
 * A thread that is torn down inside the native runtime aborts the whole process ("terminate called after throwing an
 * instance of 'Napi::Error'", exit code 134): the runtime cannot hand its result to an engine that is going away, and
 * throws where nothing catches. `process.exit()` and `worker.terminate()` tear threads down wherever they are. So every
 * native call is counted here, and whoever ends the process first refuses new calls and waits for those in flight.
 *
 * The two numbers are shared by all threads through the environment data, which a thread inherits when it starts.
 */
import { setTimeout } from "node:timers/promises";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

const NAME = "lacuna native calls";
const [STOPPED, IN_FLIGHT] = [0, 1];
const POLL_MS = 5;

const state = new Int32Array(shared());

function shared(): SharedArrayBuffer {
  const inherited = getEnvironmentData(NAME) as unknown as SharedArrayBuffer | undefined;
  if (inherited !== undefined) return inherited;
  const made = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(NAME, made as never);
  return made;
}

/** Thrown out of work that goes on while the process ends. */
export class Stopped extends Error {
  override name = "Stopped";
  constructor() {
    super("Stopped: another step failed, or the user interrupted.");
  }
}

/** Whether this process is ending: work that notices stops by throwing `Stopped`. */
export function isStopped(): boolean {
  return Atomics.load(state, STOPPED) === 1;
}

/** Makes a native call. @throws Stopped instead, when the process is ending */
export async function nativeCall<Result>(call: () => Promise<Result>): Promise<Result> {
  // Counted first, looked at second: either this call is seen by who waits, or it sees that it must not begin.
  Atomics.add(state, IN_FLIGHT, 1);
  try {
    if (isStopped()) throw new Stopped();
    return await call();
  } finally {
    Atomics.sub(state, IN_FLIGHT, 1);
  }
}

/** Refuses native calls from now on, in all threads, and waits for those in flight. Then the process may end. */
export async function endNativeCalls(): Promise<void> {
  Atomics.store(state, STOPPED, 1);
  while (Atomics.load(state, IN_FLIGHT) > 0) await setTimeout(POLL_MS);
}

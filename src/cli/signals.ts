/**
 * @file What SIGINT and SIGTERM do: the first ends the work in order, a second ends the process at once.
 *
 * "At once" is the signal's own way: no thread is torn down and nothing runs any more. Finished work is never lost by
 * that, as files are written to another name first.
 */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
export type EndingSignal = keyof typeof EXIT_CODES;

/** What a shell reports of a process that a signal ended. */
export const exitCodeOf = (signal: EndingSignal): number => EXIT_CODES[signal];

/** Calls `first` on the first signal, instead of what was asked for before; a second signal ends the process. */
export function onEndingSignal(first: (signal: EndingSignal) => void): void {
  let isEnding = false;
  for (const signal of Object.keys(EXIT_CODES) as EndingSignal[]) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (isEnding) endAtOnce(signal);
      isEnding = true;
      first(signal);
    });
  }
}

function endAtOnce(signal: EndingSignal): never {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Still here: the first process of a container has no default way to end by a signal.
  process.exit(exitCodeOf(signal));
}

/** @file Parts of a corpus that could not be read, told wherever scores of it are used. */

/** Sentences shown; verify shows all. */
const MOST = 5;

/** Prints losses of a scoring job on standard error, so that they are seen beside any output. */
export function showLosses(losses: readonly string[], most = MOST): void {
  for (const loss of losses.slice(0, most)) console.error(loss);
  if (losses.length > most) console.error(`... and ${losses.length - most} more: npx lacuna verify names all.`);
}

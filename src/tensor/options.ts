/** @file How a program is compiled. */

export interface CompileOptions {
  /** threads inside one operation; no more than the cores that are free (1 if other work runs beside) */
  threads?: number;
}

/** @file How running work tells where it is; showing it is the command line's business. */

export interface ProgressUpdate {
  /** Units finished and units in all; omit `total` when it is not known. */
  done: number;
  total?: number;
  /** What is counted: "tokens", "documents", "steps". */
  unit: string;
  /** A short live note: "loss 4.31". */
  detail?: string;
}

export type Progress = (update: ProgressUpdate) => void;

/** @file Ways of running a scoring job: processes of one machine, a queue of many. */
export { openPool, type Pool, type PoolOptions, type RunOptions, runShards, stopProcesses } from "./pool.js";
export { type ByQueueOptions, scoreByQueue } from "./queue.js";
export { queueCounts, runWorker, type WorkerEvent, type WorkerOptions } from "./worker.js";

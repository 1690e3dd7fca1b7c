/**
 * @file Real servers for tests: an S3-compatible one (moto, from PyPI) and Redis (redis-server, from Debian).
 *
 * Each listens on a free port of this machine, keeps its data in a temporary folder, and is killed by `stop`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { pythonWith } from "./python.js";

export interface Server {
  port: number;
  process: ChildProcess;
  /** Kills it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Why the S3 tests cannot run here; undefined when they can. */
export function whyNoS3(): string | undefined {
  return pythonWith("moto.server") ? undefined : 'moto is not installed: pip install "moto[server]"';
}

/** Why the Redis tests cannot run here; undefined when they can. */
export function whyNoRedis(): string | undefined {
  const isThere = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
  return isThere ? undefined : "redis-server is not on PATH (Debian: apt-get install redis-server)";
}

/** Starts an S3-compatible server that keeps objects in memory. */
export async function startS3(): Promise<Server> {
  const port = await freePort();
  return started(pythonWith("moto.server")!, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], port);
}

/** Starts Redis with an append-only file in `folder`, so that it remembers when it is started there again. */
export async function startRedis(folder: string, port?: number, options: readonly string[] = []): Promise<Server> {
  const listen = port ?? (await freePort());
  const settings = ["--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  return started("redis-server", ["--port", String(listen), "--bind", "127.0.0.1", ...settings, ...options], listen);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program and waits until it answers on its port. */
async function started(program: string, args: readonly string[], port: number): Promise<Server> {
  const child = spawn(program, args, { stdio: "ignore" });
  const exit = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode} before it listened`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    process: child,
    async stop() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

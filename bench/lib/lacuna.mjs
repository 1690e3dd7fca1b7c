/** @file Starting lacuna from a bench, and comparing what it left on disk. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";

export const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

/** Starts `lacuna args...` in a process group of its own, so that a kill can reach its children too. */
export function start(args, { env = {}, quiet = true, node = [] } = {}) {
  const child = spawn(process.execPath, [...node, MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      if (!quiet) process.stderr.write(chunk);
    });
  }
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal, output })));
  return { child, ended, kill: (signal = "SIGKILL") => killGroup(child.pid, signal) };
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Runs `lacuna args...` to its end; throws with its output when the exit code is not `expected`. */
export async function run(args, options = {}, expected = 0) {
  const result = await start(args, options).ended;
  if (result.code === expected) return result.output;
  throw new Error(
    `lacuna ${args.join(" ")} ended with ${result.signal ?? result.code}, not ${expected}:\n${result.output}`,
  );
}

/** SHA-256 of every file below a folder, by relative name. */
export async function treeOf(folder) {
  const tree = new Map();
  if (!existsSync(folder)) return tree;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    tree.set(relative(folder, path), `${statSync(path).size} ${hash.digest("hex")}`);
  }
  return tree;
}

/** Names that differ between two trees. */
export function difference(a, b) {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name)).sort();
}

/** The process ids of a process's descendants. */
export function descendants(pid) {
  const children = readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileStat(name);
      return stat.ppid === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function readFileStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return { ppid: Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]) };
}

/** Follows the memory of a process and its descendants. @returns a function: the largest peak (VmHWM) of any, bytes */
export function watchMemory(pid) {
  const peaks = new Map();
  const look = () => {
    for (const process of [pid, ...descendants(pid)]) {
      try {
        const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${process}/status`, "utf8")) ?? [];
        if (kilobytes) peaks.set(process, Math.max(peaks.get(process) ?? 0, Number(kilobytes) * 1024));
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 250);
  return () => {
    look();
    clearInterval(timer);
    return Math.max(0, ...peaks.values());
  };
}

/** Follows the processor time of a process and its descendants. @returns a function: seconds of all together, user and system */
export function watchProcessor(pid) {
  const ticks = new Map();
  const look = () => {
    for (const process of [pid, ...descendants(pid)]) {
      try {
        const text = readFileSync(`/proc/${process}/stat`, "utf8");
        const [user, system] = text
          .slice(text.lastIndexOf(")") + 2)
          .split(" ")
          .slice(11, 13)
          .map(Number);
        ticks.set(process, user + system);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 250);
  return () => {
    look();
    clearInterval(timer);
    // Linux counts in hundredths of a second.
    return [...ticks.values()].reduce((sum, value) => sum + value, 0) / 100;
  };
}

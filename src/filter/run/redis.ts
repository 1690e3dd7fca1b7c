/**
 * @file Reaching Redis or Valkey: an address checked, a first connection that fails fast, later ones that wait.
 *
 * A server that was never there is a mistake and said so at once; one that goes away comes back, so commands wait for it.
 * Addresses are shown without user and password.
 */
import type { RedisOptions } from "bullmq";
import { UserError } from "../../base/errors.js";

export interface RedisAddress {
  /** "redis://host:port", to show. */
  shown: string;
  /** What BullMQ connects with; retries for ever. */
  connection: RedisOptions;
}

const SCHEMES: Record<string, { tls: boolean }> = {
  "redis:": { tls: false },
  "valkey:": { tls: false },
  "rediss:": { tls: true },
  "valkeys:": { tls: true },
};
const CONNECT_MS = 5000;
/** Attempts to reach it at first, for a server that is just starting. */
const FIRST_ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 5000;

/** @throws UserError when it is not redis://[user:password@]host[:port][/database], without showing the password */
export function parseRedis(url: string): RedisAddress {
  const wanted = "Write redis://host:port, or rediss:// for TLS, with user:password@ before the host when needed.";
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new UserError(`The address of the queue is not one. ${wanted}`);
  }
  const { protocol, hostname, port, username, password, pathname } = parsed;
  const scheme = SCHEMES[protocol];
  const db = pathname.replace(/^\//, "");
  if (!scheme || !hostname || !/^\d*$/.test(db)) {
    throw new UserError(`"${protocol}//${parsed.host}${pathname}" is not the address of a queue. ${wanted}`);
  }
  const host = hostname.replace(/^\[|\]$/g, "");
  return {
    shown: `redis://${hostname}:${port || 6379}`,
    connection: {
      host,
      port: port ? Number(port) : 6379,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(db && { db: Number(db) }),
      ...(scheme.tls && { tls: { servername: host } }),
      maxRetriesPerRequest: null,
      connectTimeout: CONNECT_MS,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS),
    },
  };
}

/** Parses an address and connects once. @throws UserError naming host and port when it cannot be reached or refuses */
export async function reachRedis(url: string): Promise<RedisAddress> {
  const address = parseRedis(url);
  const { Redis } = await import("ioredis");
  const client = new Redis({
    ...address.connection,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => (times < FIRST_ATTEMPTS ? 100 * 2 ** times : null),
  });
  let last: NodeJS.ErrnoException | undefined;
  client.on("error", (error) => (last = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw unreachable(address.shown, last ?? (error as NodeJS.ErrnoException));
  } finally {
    client.disconnect();
  }
  return address;
}

function unreachable(shown: string, error: NodeJS.ErrnoException): UserError {
  const { code, message } = error;
  if (/WRONGPASS|NOAUTH|invalid password|without any password/i.test(message)) {
    return new UserError(`${shown} refuses the user or password. Check the address of --queue.`);
  }
  if (/NOPERM/.test(message)) return new UserError(`The user may not use ${shown} as a queue (NOPERM).`);
  const why = code === "ECONNREFUSED" ? "the connection is refused" : code === "ENOTFOUND" ? "no such host" : code;
  return new UserError(
    `Cannot reach ${shown}: ${why ?? "no answer"}. Check that Redis or Valkey runs there and is open to this machine.`,
    { cause: error },
  );
}

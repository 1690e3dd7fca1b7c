/** @file A small HTTP server on loopback for the fake endpoints of tests. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Exchange {
  method: string;
  /** Path with its query. */
  url: URL;
  headers: IncomingMessage["headers"];
  /** Parsed JSON; undefined when there was none. */
  body: unknown;
  response: ServerResponse;
}

/** Serves until the running test is finished. @returns its address without a slash at the end */
export async function serve(handle: (exchange: Exchange) => Promise<void>): Promise<string> {
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString("utf8");
      const url = new URL(request.url ?? "/", "http://fake");
      const body = text ? JSON.parse(text) : undefined;
      await handle({ method: request.method ?? "GET", url, headers: request.headers, body, response });
    } catch {
      response.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

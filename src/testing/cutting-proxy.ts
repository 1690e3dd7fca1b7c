/**
 * @file A TCP proxy that cuts connections in the middle, as failing networks do.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Cutting {
  /** Connections that are still to be cut; the later ones pass. */
  left: number;
  /** A connection is cut when this many bytes have gone from client to server, */
  afterSent: number;
  /** or this many from server to client. */
  afterReceived: number;
}

export interface CuttingProxy {
  port: number;
  /** May be changed at any time. */
  cutting: Cutting;
  /** Connections cut so far. */
  cuts: number;
  stop(): Promise<void>;
}

/** Starts a proxy to a port of this machine. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    const carried = { sent: 0, received: 0 };
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    const carry = (from: Socket, to: Socket, direction: "sent" | "received") => {
      sockets.add(from);
      from.on("data", (chunk) => {
        carried[direction] += chunk.length;
        const { left, afterSent, afterReceived } = proxy.cutting;
        if (left > 0 && (carried.sent >= afterSent || carried.received >= afterReceived)) {
          proxy.cutting.left--;
          proxy.cuts++;
          cut();
        } else if (!to.destroyed) to.write(chunk);
      });
      from.on("error", cut);
      from.on("close", () => {
        sockets.delete(from);
        to.destroySoon();
      });
    };
    carry(client, upstream, "sent");
    carry(upstream, client, "received");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: CuttingProxy = {
    port: (server.address() as { port: number }).port,
    cutting: { left: 0, afterSent: Infinity, afterReceived: Infinity },
    cuts: 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}

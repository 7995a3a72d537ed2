import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";

import type { Certificate } from "#tests/net/support/certificates.ts";

/** A server on loopback that counts who came, so that a test can say nobody did. Gone at the end of its scope. */
export type Peer = AsyncDisposable & { readonly port: number; readonly connections: number };

export function startHttp(listener: http.RequestListener): Promise<Peer> {
  return start(http.createServer(listener));
}

export function startHttps({ key, cert }: Certificate, listener: http.RequestListener): Promise<Peer> {
  return start(https.createServer({ key, cert }, listener));
}

/** Speaks no HTTP by itself: what it writes is what goes over the wire. */
export function startRaw(onConnection: (socket: net.Socket) => void): Promise<Peer> {
  return start(net.createServer(onConnection));
}

/** Answers any request with exactly this text; the connection then stays open, unless it is to be closed. */
export function startScript(text: string, { close = false } = {}): Promise<Peer> {
  return startRaw((socket) => socket.once("data", () => (close ? socket.end(text) : socket.write(text))));
}

/** Answers any request with this text, and then with the same piece over and over, as fast as it is taken. */
export function startFlood(head: string, piece: string): Promise<Peer> {
  return startRaw((socket) =>
    socket.once("data", () => {
      socket.write(head);
      const pour = () => {
        if (socket.destroyed) return;
        if (socket.write(piece)) setImmediate(pour);
        else socket.once("drain", pour);
      };
      pour();
    }),
  );
}

/** Answers any request with this text, and then with the same piece at every beat. */
export function startDrip(head: string, piece: string, everyMs: number): Promise<Peer> {
  return startRaw((socket) =>
    socket.once("data", () => {
      socket.write(head);
      const beat = setInterval(() => socket.write(piece), everyMs);
      socket.once("close", () => clearInterval(beat));
    }),
  );
}

export async function start(server: net.Server): Promise<Peer> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on("connection", (socket: net.Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");

  return {
    port: address.port,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A port of loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  await using peer = await startRaw(() => {});
  return peer.port;
}

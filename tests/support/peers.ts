import { fileURLToPath } from "node:url";

/** A real MCP server from the registry, running as a process of its own on loopback. */
export type Peer = { url: string; stop(): Promise<void> };

const START_MS = 15_000;
const LOOPBACK = fileURLToPath(new URL("./loopback.cjs", import.meta.url));
const EVERYTHING = fileURLToPath(
  import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"),
);
const MCP_PROXY = fileURLToPath(new URL("./bin/mcp-proxy.mjs", import.meta.resolve("mcp-proxy")));

/** The reference server: every feature of 2025-11-25, with sessions. */
export const everything = {
  http: (): Promise<Peer> => start("/mcp", [EVERYTHING, "streamableHttp"]),
  /** The same over HTTP+SSE, which it speaks exclusively then. */
  sse: (): Promise<Peer> => start("/sse", [EVERYTHING, "sse"]),
};

/** The same again behind a proxy that speaks 2026-07-28. */
export const modernProxy = (): Promise<Peer> =>
  start("/mcp", [
    MCP_PROXY,
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--",
    process.execPath,
    EVERYTHING,
    "stdio",
  ]);

/** @returns once the server listens */
async function start(path: string, args: string[]): Promise<Peer> {
  const server = Bun.spawn([process.execPath, "--preload", LOOPBACK, ...args], {
    env: { ...process.env, PORT: "0" },
    // Closed when this process ends, however it does: see loopback.cjs.
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  // Asked politely, some wait for our idle connections to close.
  const stop = async () => {
    server.kill("SIGKILL");
    await server.exited;
  };
  const timer = setTimeout(() => server.kill(), START_MS);
  try {
    const port = await portFrom(server.stdout);
    return { url: `http://127.0.0.1:${port}${path}`, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps reading after the line was found, or the server would block on a full pipe. */
function portFrom(output: ReadableStream<Uint8Array>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const read = async () => {
    const decoder = new TextDecoder();
    let seen = "";
    for await (const bytes of output) {
      seen = (seen + decoder.decode(bytes, { stream: true })).slice(-4_096);
      const port = /^LISTENING (\d+)$/m.exec(seen)?.[1];
      if (port) resolve(Number(port));
    }
    reject(new Error(`The server ended without listening: ${seen}`));
  };
  read().catch(reject);
  return promise;
}

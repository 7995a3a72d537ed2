import { fileURLToPath } from "node:url";

/** The v1 SDK's example server with its own authorization server, as two listeners of one process. */
export type SdkExample = {
  url: string;
  /** It lets everybody in, without a page. */
  login(authorizeUrl: string): Promise<URL>;
  stop(): Promise<void>;
};

const START_MS = 15_000;
const LOOPBACK = fileURLToPath(new URL("./loopback.cjs", import.meta.url));
const EXAMPLE = fileURLToPath(
  import.meta.resolve("@modelcontextprotocol/sdk/examples/server/simpleStreamableHttp.js"),
);

/** `--oauth-strict`: tokens have to be for exactly this server (RFC 8707). */
export async function startSdkExample(): Promise<SdkExample> {
  const [port, authPort] = [freePort(), freePort()];
  const child = Bun.spawn([process.execPath, "--preload", LOOPBACK, EXAMPLE, "--oauth", "--oauth-strict"], {
    env: { ...process.env, MCP_PORT: String(port), MCP_AUTH_PORT: String(authPort) },
    // Closed when this process ends, however it does: see loopback.cjs.
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const timer = setTimeout(() => child.kill(), START_MS);
  try {
    await listening(child.stdout, [port, authPort]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { url: `http://localhost:${port}/mcp`, login: redirectOf, stop };
}

/** It takes no port 0: it has to know its own address before it listens. */
function freePort(): number {
  const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = probe;
  void probe.stop(true);
  return port ?? 0;
}

async function listening(output: ReadableStream<Uint8Array>, ports: number[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async () => {
    const decoder = new TextDecoder();
    let seen = "";
    // Read on after that, or it would block on a full pipe.
    for await (const bytes of output) {
      seen += decoder.decode(bytes, { stream: true });
      if (ports.every((port) => seen.includes(`LISTENING ${port}\n`))) resolve();
    }
    reject(new Error(`The server ended without listening: ${seen}`));
  };
  read().catch(reject);
  await promise;
}

async function redirectOf(authorizeUrl: string): Promise<URL> {
  const answer = await fetch(authorizeUrl, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "");
}

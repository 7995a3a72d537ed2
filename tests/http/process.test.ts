import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { speak } from "#tests/support/listening.ts";

/*
 * The app as `bun start` runs it: a process of its own, on a directory of its own.
 */

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "switchyard-process-"));
afterAll(() => rm(directory, { recursive: true, force: true }));

type Started = {
  port: number;
  key: string;
  workspace: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  stop(signal: NodeJS.Signals): Promise<{ code: number; ms: number; lines: Record<string, unknown>[] }>;
};

/** Sets it up, too. */
async function start(): Promise<Started> {
  const port = await freePort();
  const child = Bun.spawn([process.execPath, main], {
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: String(port),
      DATA_DIR: await mkdtemp(join(directory, "data-")),
      SETUP_TOKEN: "a-token-for-the-set-up",
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  afterAll(() => child.kill("SIGKILL"));
  let printed = "";
  const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) {
      printed += decoder.decode(bytes, { stream: true });
      if (printed.includes("Switchyard is at")) hasStarted();
    }
  })();
  await started;

  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const setUp = await fetch(at("/api/v2/setup"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      token: "a-token-for-the-set-up",
      email: "ada@example.com",
      name: "Ada",
      password: "correct horse battery staple",
      workspaceName: "Ours",
    }),
  });
  const { apiKey, workspace } = (await setUp.json()) as {
    apiKey: { key: string };
    workspace: { uuid: string };
  };
  return {
    port,
    key: apiKey.key,
    workspace: workspace.uuid,
    ask: (path, init = {}) =>
      fetch(at(path.startsWith("/") ? path : `/api/v2/w/${workspace.uuid}/${path}`), {
        ...init,
        headers: { authorization: `Bearer ${apiKey.key}`, "content-type": "application/json" },
      }),
    async stop(signal) {
      const began = performance.now();
      child.kill(signal);
      const code = await child.exited;
      await reading;
      const lines = printed.split("\n").filter((line) => line.startsWith("{"));
      return { code, ms: performance.now() - began, lines: lines.map((line) => JSON.parse(line)) };
    },
  };
}

async function freePort(): Promise<number> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  await server.stop(true);
  return port;
}

test("asked to stop, it answers what is under way, says goodbye upstream, and ends with 0", async () => {
  const upstream = startLegacyMcpServer();
  const app = await start();
  const body = JSON.stringify({ url: upstream.url });
  const { id } = (await (await app.ask("mcp-servers", { method: "POST", body })).json()) as { id: number };
  await app.ask(`mcp-servers/${id}/enable`, { method: "POST" });
  await app.ask(`mcp-servers/${id}/credentials`, { method: "POST" });
  await app.ask(`mcp-servers/${id}/tools`);
  const release = upstream.hold();
  const calls = upstream.seen.length;
  const underWay = app.ask(`mcp-servers/${id}/tools/count/call`, { method: "POST" });
  while (!upstream.seen.slice(calls).includes("tools/call")) await Bun.sleep(2);

  const stopping = app.stop("SIGTERM");
  while (await isListening(app.port)) await Bun.sleep(5);
  release();
  const answer = await underWay;
  const { code, ms, lines } = await stopping;

  expect([answer.status, await answer.json()]).toMatchObject([200, { isError: false }]);
  expect([code, ms < 5_000]).toEqual([0, true]);
  expect(upstream.sessions.size).toBe(0);
  expect(lines.map(({ msg }) => msg).slice(-1)).toEqual(["stopped"]);
  await upstream.stop();
}, 30_000);

test("what hangs does not keep it longer than ten seconds", async () => {
  const upstream = startLegacyMcpServer();
  const app = await start();
  const body = JSON.stringify({ url: upstream.url });
  const { id } = (await (await app.ask("mcp-servers", { method: "POST", body })).json()) as { id: number };
  await app.ask(`mcp-servers/${id}/enable`, { method: "POST" });
  await app.ask(`mcp-servers/${id}/credentials`, { method: "POST" });
  upstream.hold();
  const calls = upstream.seen.length;
  const hanging = app.ask(`mcp-servers/${id}/tools`).catch(() => null);
  while (!upstream.seen.slice(calls).includes("tools/list")) await Bun.sleep(2);

  const { ms } = await app.stop("SIGTERM");

  expect(ms).toBeLessThan(11_000);
  await hanging;
  await upstream.stop();
}, 30_000);

test("connections that idle do not keep it, and no request shows what it is made of", async () => {
  const app = await start();
  const health = await app.ask("/healthz");
  const odd = await speak(app.port, "GET /api/v2/me HTTP/1.0\r\n\r\n");
  const large = await speak(
    app.port,
    `POST /api/v2/session HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nContent-Length: 99000000\r\n\r\n`,
  );

  const { code, ms, lines } = await app.stop("SIGINT");

  expect([health.status, odd.status, large.status]).toEqual([200, 421, 413]);
  expect(odd.body + large.body).not.toMatch(/src\/|node_modules/);
  expect(JSON.parse(large.body)).toMatchObject({ detail: { code: "body_too_large" } });
  expect([code, ms < 3_000]).toEqual([0, true]);
  expect(JSON.stringify(lines)).not.toContain(app.key);
}, 30_000);

const isListening = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  );

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, endTokens } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer } from "#tests/support/fake-oauth.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { everything, type Peer } from "#tests/support/peers.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const peers: { modern?: Peer; streamable?: Peer; sse?: Peer } = {};

beforeAll(async () => {
  peers.modern = startModernMcpServer();
  [peers.streamable, peers.sse] = await Promise.all([everything.http(), everything.sse()]);
}, 30_000);
afterAll(async () => {
  await Promise.all(Object.values(peers).map((peer) => peer.stop()));
  await issuer.stop();
});

/** Stands before a server that knows no authorization, and lets only the issuer's tokens through. */
function startGate(upstream: string) {
  const { origin: behind, pathname: path } = new URL(upstream);
  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { origin, pathname, search } = new URL(request.url);
      const metadataUrl = `${origin}/.well-known/oauth-protected-resource${path}`;
      if (origin + pathname === metadataUrl)
        return Response.json({ resource: origin + path, authorization_servers: [issuer.issuer] });
      if (pathname.startsWith("/.well-known/")) return new Response(null, { status: 404 });
      const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
      const challenge = { "www-authenticate": `Bearer resource_metadata="${metadataUrl}"` };
      if (!issuer.tokens.has(token)) return new Response(null, { status: 401, headers: challenge });
      const headers = new Headers(request.headers);
      for (const name of ["host", "authorization", "accept-encoding"]) headers.delete(name);
      const body = request.method === "POST" ? await request.arrayBuffer() : undefined;
      const answer = await fetch(behind + pathname + search, {
        method: request.method,
        headers,
        signal: request.signal,
        ...(body ? { body } : {}),
      });
      return new Response(answer.body, { status: answer.status, headers: answer.headers });
    },
  });
  return { url: `http://127.0.0.1:${http.port}${path}`, stop: () => http.stop(true) };
}

const eras: [what: string, peer: keyof typeof peers, transport: string, version: RegExp, tool: string][] = [
  ["2026-07-28, which keeps no session", "modern", "streamable_http", /^2026-/, "route"],
  ["2025-11-25, with a session", "streamable", "streamable_http", /^2025-/, "echo"],
  ["2024-11-05, over HTTP+SSE", "sse", "sse", /^202[45]-/, "echo"],
];
test.each(eras)(
  "a protected server of %s is used, and refreshed for",
  async (_, name, transport, version, tool) => {
    const gate = startGate(peers[name]?.url ?? "");
    const { ada } = await makePeople(app);
    const { body: server } = await ada.post<McpServer>("mcp-servers", { url: gate.url });
    const path = `mcp-servers/${server.id}`;
    const call = async () =>
      (await ada.post(`${path}/tools/${tool}/call`, { arguments: { message: "hello", note: "x" } })).status;

    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    const ready = await ada.get<McpServer>(path);
    const tools = await ada.get<{ tools: { name: string }[] }>(`${path}/tools`);
    const called = await call();
    issuer.tokens.clear();
    const afterRefusal = await call();
    await endTokens(app, server.id);
    const afterItsEnd = await call();

    app.deps.pool.drop("");
    await gate.stop();
    expect(ready.body).toMatchObject({
      authType: "oauth",
      state: "READY",
      connection: "connected",
      transport,
    });
    expect(ready.body.protocolVersion).toMatch(version);
    expect(tools.body.tools.map((one) => one.name)).toContain(tool);
    expect([called, afterRefusal, afterItsEnd]).toEqual([200, 200, 200]);
  },
);

import { afterEach, expect, test } from "bun:test";
import { listTools } from "#src/mcp/catalog.ts";
import { connect } from "#src/mcp/connect.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import {
  error,
  type FakeMcpServer,
  hang,
  result,
  startFakeMcpServer,
  stream,
} from "#tests/support/fake-mcp-server.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";

const fetch = loopbackFetch();
const open: { stop(): Promise<void> }[] = [];
const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

const LEGACY = { transport: "streamable_http", protocolVersion: "2025-11-25" } as const;

test("an unknown server is asked for the current protocol first", async () => {
  const modern = keep(startModernMcpServer());
  const legacy = keep(startLegacyMcpServer());

  const connections = await Promise.all([
    connect(fetch, targetOf(modern.url)),
    connect(fetch, targetOf(legacy.url)),
  ]);

  expect(connections.map(({ era, protocolVersion }) => [era, protocolVersion])).toEqual([
    ["modern", "2026-07-28"],
    ["legacy", "2025-11-25"],
  ]);
  expect(modern.seen.map(({ body }) => body.method)).toEqual(["server/discover"]);
  expect(legacy.seen).toEqual(["server/discover", "initialize", "notifications/initialized"]);
});

test("a server that is known for an older protocol is not asked for the current one", async () => {
  const server = keep(startLegacyMcpServer());

  const connection = await connect(fetch, targetOf(server.url, { known: LEGACY }));

  expect(server.seen).toEqual(["initialize", "notifications/initialized"]);
  expect(connection.instructions).toBe("Be brief.");
});

test("a server that no longer speaks what it is known for is asked anew", async () => {
  const server = keep(startModernMcpServer());
  const known = [LEGACY, { transport: "sse", protocolVersion: "2024-11-05" }] as const;

  const connections = await Promise.all(
    known.map((was) => connect(fetch, targetOf(server.url, { known: was }))),
  );

  expect(connections.map(({ protocolVersion }) => protocolVersion)).toEqual(["2026-07-28", "2026-07-28"]);
});

test("a 401 is no evidence of an era, whatever was asked", async () => {
  const refuse = () =>
    new Response("no", { status: 401, headers: { "www-authenticate": 'Bearer realm="x"' } });
  const server = keep(startFakeMcpServer({ "server/discover": refuse, initialize: refuse }));

  const asked = await Promise.allSettled([
    connect(fetch, targetOf(server.url)),
    connect(fetch, targetOf(server.url, { known: LEGACY })),
  ]);

  for (const outcome of asked) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { kind: "unauthorized", stage: "http", status: 401, challenge: ['Bearer realm="x"'] },
    });
  }
  expect(server.seen.sort()).toEqual(["initialize", "server/discover"]);
});

test("a 403 is none either, with the scope that is missing or without", async () => {
  const challenge = 'Basic realm="b", Bearer error="insufficient_scope", scope="tools"';
  const narrow = () => new Response(null, { status: 403, headers: { "www-authenticate": challenge } });
  const wantsScope = keep(startFakeMcpServer({ "server/discover": narrow }));
  const forbids = keep(startFakeMcpServer({ "server/discover": () => new Response(null, { status: 403 }) }));

  const [scope, flat] = await Promise.allSettled(
    [wantsScope, forbids].map(({ url }) => connect(fetch, targetOf(url))),
  );

  expect(scope).toMatchObject({ reason: { kind: "insufficient_scope", challenge: [challenge] } });
  expect(flat).toMatchObject({ reason: { kind: "failed", status: 403 } });
  expect([...wantsScope.seen, ...forbids.seen]).toEqual(["server/discover", "server/discover"]);
});

test("whoever refuses the probe with an error of 2026-07-28 is not asked to initialize", async () => {
  const server = keep(
    startFakeMcpServer({ "server/discover": (message) => error(message, -32020, "Header mismatch", 400) }),
  );

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({ kind: "rpc", stage: "handshake", rpc: { code: -32020 } });
  expect(server.seen).toEqual(["server/discover"]);
});

test("a server that is down is not taken for an old one", async () => {
  const server = keep(startFakeMcpServer({ "server/discover": () => new Response("down", { status: 503 }) }));

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({ kind: "failed", stage: "http", status: 503 });
  expect(server.seen).toEqual(["server/discover"]);
});

test("a redirect is not followed, and is no evidence", async () => {
  const moved = () => new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  const server = keep(startFakeMcpServer({ "server/discover": moved }));

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({ kind: "failed", stage: "http" });
  expect(server.seen).toEqual(["server/discover"]);
});

test("where no event stream is found either, the answer to the handshake is what is told", async () => {
  const notFound = () => new Response("Cannot POST /mcp", { status: 404 });
  const server = keep(startFakeMcpServer({ "server/discover": notFound, initialize: notFound }));

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({ kind: "failed", stage: "http", status: 404 });
  expect(server.seen).toEqual(["server/discover", "initialize", "GET"]);
});

/** POST is refused as servers of 2024-11-05 do; the event stream is the given one. */
const sseOnly = (events: () => AsyncGenerator<string>): FakeMcpServer => {
  const notAllowed = () => new Response(null, { status: 405 });
  return keep(
    startFakeMcpServer({
      "server/discover": notAllowed,
      initialize: notAllowed,
      GET: () => stream(events()),
    }),
  );
};

test("an event stream that sends us to another origin is refused, and nobody is called there", async () => {
  const canary = keep(startFakeMcpServer());
  const server = sseOnly(async function* () {
    yield `event: endpoint\ndata: ${canary.url}\n\n`;
    await hang();
  });

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({
    kind: "failed",
    stage: "handshake",
    message: "The server points to another origin.",
  });
  expect(canary.seen).toEqual([]);
});

test("an event stream that never names its endpoint is given up", async () => {
  const server = sseOnly(async function* () {
    yield ": nothing\n\n";
    await hang();
  });

  const known = { transport: "sse", protocolVersion: null } as const;
  const connecting = connect(fetch, targetOf(server.url, { known }), { limits: QUICK });

  await expect(connecting).rejects.toMatchObject({ kind: "timeout", stage: "handshake" });
});

test("a 401 to the event stream tells more than the 405 before it", async () => {
  const notAllowed = () => new Response(null, { status: 405 });
  const GET = () => new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
  const server = keep(startFakeMcpServer({ "server/discover": notAllowed, initialize: notAllowed, GET }));

  const connecting = connect(fetch, targetOf(server.url));

  await expect(connecting).rejects.toMatchObject({ kind: "unauthorized", challenge: ["Bearer"] });
});

test("a connection ends with its event stream", async () => {
  const { promise: hungUp, resolve: hangUp } = Promise.withResolvers<void>();
  const { promise: initialized, resolve: initialize } = Promise.withResolvers<string | number>();
  const server = keep(
    startFakeMcpServer({
      GET: () =>
        stream(
          (async function* () {
            yield "event: endpoint\ndata: /mcp\n\n";
            const id = await initialized;
            const said = {
              protocolVersion: "2024-11-05",
              capabilities: { tools: {} },
              serverInfo: { name: "s", version: "1" },
            };
            yield `data: ${JSON.stringify({ jsonrpc: "2.0", id, result: said })}\n\n`;
            await hungUp;
          })(),
        ),
      initialize: (message) => {
        initialize(message.id ?? 0);
        return new Response(null, { status: 202 });
      },
      "tools/list": () => {
        hangUp();
        return new Response(null, { status: 202 });
      },
    }),
  );
  const known = { transport: "sse", protocolVersion: null } as const;
  const connection = await connect(fetch, targetOf(server.url, { known }));

  const listing = listTools(connection);

  await expect(listing).rejects.toMatchObject({ kind: "failed" });
  expect(connection.protocolVersion).toBe("2024-11-05");
  expect(connection.isOpen).toBe(false);
  expect(server.seen.filter((method) => method === "GET")).toHaveLength(1);
});

test("a server that speaks none of our versions is told apart from one that speaks nothing", async () => {
  const strange = {
    protocolVersion: "1999-12-31",
    capabilities: {},
    serverInfo: { name: "s", version: "1" },
  };
  const tooOld = keep(startFakeMcpServer({ initialize: (message) => result(message, strange) }));
  const tooNew = keep(
    startFakeMcpServer({
      "server/discover": (message) =>
        Response.json(
          {
            jsonrpc: "2.0",
            id: message.id,
            error: { code: -32022, message: "no", data: { supported: ["2030-01-01"] } },
          },
          { status: 400 },
        ),
    }),
  );

  const [old, young] = await Promise.allSettled(
    [tooOld, tooNew].map(({ url }) => connect(fetch, targetOf(url))),
  );

  const unknown = {
    kind: "failed",
    stage: "handshake",
    message: "The server speaks no protocol version that we know.",
  };
  expect(old).toMatchObject({ reason: unknown });
  expect(young).toMatchObject({ reason: unknown });
  expect(tooNew.seen).toEqual(["server/discover"]);
});

import { afterAll, afterEach, expect, test } from "bun:test";
import { createApp } from "#src/app.ts";
import { oauthClients, registrationLeases } from "#src/db/schema.ts";
import { createLogger } from "#src/lib/log.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin } from "#tests/support/authorizing.ts";
import { TEST_DATABASE_URL } from "#tests/support/database.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { holdTable } from "#tests/support/held-table.ts";
import { makePeople } from "#tests/support/people.ts";

let onLine = (_line: string): void => {};
const log = createLogger({ level: "debug", destination: { write: (line) => onLine(line) } });
const app = await testApp({ RATE_LIMIT: "0" }, { log });
const { db } = app.deps;
/** Nothing but the database is shared by two of these, as by two processes. */
const secondApp = createApp({ ...app.deps });
const elsewhere = {
  deps: app.deps,
  handle: async (request: Request) => await secondApp.handle(request),
};
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(async () => {
  issuer.answers = {};
  onLine = () => {};
  await db.delete(registrationLeases);
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

async function added() {
  const { ada, bob } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const url = authorizeUrlOf(app, server);
  return { ada, bob, server, url, requestsBefore: requests() };
}

const placeOf = (server: McpServer) => ({
  workspaceId: server.workspaceUuid,
  serverId: server.id,
  issuer: issuer.issuer,
  redirectUri: new URL(`/api/v2/oauth/callback/${server.appUuid}`, app.deps.settings.publicUrl).href,
});
const requests = () => issuer.asked.filter(({ path }) => path === "/register").length;
const client = (clientId: string) => Response.json({ client_id: clientId }, { status: 201 });

/** Ends when somebody says that they wait for a registration, or when another one is asked for. */
function secondComes(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  onLine = (line) => line.includes("waiting for a registration") && resolve();
  const honest = issuer.answers["/register"];
  issuer.answers["/register"] = (asked) => {
    resolve();
    return honest?.(asked) ?? client(`second-${crypto.randomUUID()}`);
  };
  return promise;
}

test("of two members who begin at once, on two instances, one registers, and both go on with that client", async () => {
  const { ada, bob, url, requestsBefore } = await added();
  let second: ReturnType<typeof begin> | undefined;
  issuer.answers["/register"] = async () => {
    const hasCome = secondComes();
    second = begin(elsewhere, bob, url);
    await hasCome;
    return client("the first");
  };

  const first = await begin(app, ada, url);

  const begun = [first, await second, await begin(elsewhere, ada, url)];
  const clients = begun.map((one) => one?.location.searchParams.get("client_id"));
  expect(clients).toEqual(["the first", "the first", "the first"]);
  expect(requests() - requestsBefore).toBe(1);
});

test("many at once make one request", async () => {
  const { ada, bob, url, requestsBefore } = await added();

  const begun = await Promise.all(
    [app, elsewhere, app, elsewhere].flatMap((at) => [begin(at, ada, url), begin(at, bob, url)]),
  );

  expect(new Set(begun.map(({ location }) => location.searchParams.get("client_id"))).size).toBe(1);
  expect(requests() - requestsBefore).toBe(1);
});

test("who waited for a registration that failed makes the next one", async () => {
  const { ada, bob, url, requestsBefore } = await added();
  let second: ReturnType<typeof begin> | undefined;
  issuer.answers["/register"] = async () => {
    issuer.answers["/register"] = () => client("the second");
    const hasCome = secondComes();
    second = begin(elsewhere, bob, url);
    await hasCome;
    return new Response(null, { status: 503 });
  };

  const refused = await ada.get(new URL(url).pathname);

  expect([refused.status, refused.code]).toEqual([502, "upstream_failed"]);
  expect((await second)?.location.searchParams.get("client_id")).toBe("the second");
  expect(requests() - requestsBefore).toBe(2);
});

test("whoever was slower than their lease goes on with the client that came meanwhile", async () => {
  const { ada, bob, url } = await added();
  issuer.answers["/register"] = async () => {
    issuer.answers["/register"] = () => client("in time");
    await db.update(registrationLeases).set({ until: new Date(0) });
    await begin(elsewhere, bob, url);
    return client("too late");
  };

  const { location } = await begin(app, ada, url);

  expect(location.searchParams.get("client_id")).toBe("in time");
  expect((await db.select().from(oauthClients)).map(({ clientId }) => clientId)).not.toContain("too late");
});

test.skipIf(TEST_DATABASE_URL === undefined)(
  "who gets their turn looks once more whether there is a client by now",
  async () => {
    const { ada, server, url, requestsBefore } = await added();
    const leases = await holdTable(db, "registration_leases");
    const beginning = begin(app, ada, url);
    await leases.waiting(1);
    await db.insert(oauthClients).values({
      ...placeOf(server),
      clientId: "stored just now",
      tokenEndpointAuthMethod: "none",
    });
    await leases.letGo();

    const { location } = await beginning;

    expect(location.searchParams.get("client_id")).toBe("stored just now");
    expect(requests()).toBe(requestsBefore);
  },
);

test("whoever died while registering stops nobody for longer than the lease", async () => {
  const { ada, server, url } = await added();
  await db.insert(registrationLeases).values({ ...placeOf(server), holder: "dead", until: new Date(0) });

  const { location } = await begin(app, ada, url);

  expect(location.searchParams.get("client_id")).toStartWith("client-");
  expect(await db.$count(registrationLeases)).toBe(0);
});

test("a client that the server forgot is registered once more, for all who come then", async () => {
  const { ada, bob, url, requestsBefore } = await added();
  issuer.answers["/token"] = () => Response.json({ error: "invalid_client" }, { status: 401 });
  await authorize(app, ada, url, issuer);
  issuer.answers = {};

  await Promise.all([begin(app, ada, url), begin(elsewhere, bob, url)]);

  expect(requests() - requestsBefore).toBe(2);
});

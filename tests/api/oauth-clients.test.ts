import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createApp } from "#src/app.ts";
import { oauthClients } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { readSettings } from "#src/settings.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, endTokens } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { bearer, callerOf, makePeople, type Person } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(() => {
  issuer.metadata = {};
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

type Problem = { detail: Record<string, unknown> };

const add = async (by: Person, oauth?: Record<string, unknown>): Promise<McpServer> =>
  (await by.post<McpServer>("mcp-servers", { url: remote.url, ...(oauth ? { oauth } : {}) })).body;
const last = (path: string) => issuer.asked.findLast((asked) => asked.path === path);
const count = (path: string) => issuer.asked.filter((asked) => asked.path === path).length;

describe("a client that somebody registered by hand", () => {
  test("is asked for where the server registers none, with what to register", async () => {
    issuer.metadata = { registration_endpoint: undefined };
    const { ada, bob } = await makePeople(app);
    const server = await add(ada);

    const refusals = [
      await ada.post<Problem>(`mcp-servers/${server.id}/enable`),
      await bob.get<Problem>(`mcp-servers/${server.id}/oauth/authorize`),
    ];
    const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);

    for (const { status, code, body } of refusals) {
      expect([status, code]).toEqual([409, "manual_registration_required"]);
      expect(body.detail).toMatchObject({
        appUuid: server.appUuid,
        redirectUri: new URL(`/api/v2/oauth/callback/${server.appUuid}`, app.deps.settings.publicUrl).href,
      });
    }
    expect(shown.body).toMatchObject({ authType: "oauth", state: "REGISTER", registration: "manual" });
  });

  test("is used from then on, and never shown", async () => {
    issuer.metadata = { registration_endpoint: undefined };
    const { ada, bob } = await makePeople(app);
    const server = await add(ada);

    const patched = await ada.patch<McpServer>(`mcp-servers/${server.id}`, {
      oauth: { clientId: "by hand", clientSecret: "manual-canary" },
    });
    const enabled = await ada.post<McpServer>(`mcp-servers/${server.id}/enable`);
    await authorize(app, bob, authorizeUrlOf(app, server), issuer);

    expect(patched.body.oauth).toMatchObject({ clientId: "by hand", hasClientSecret: true });
    expect(enabled.body).toMatchObject({ state: "AUTHORIZE", registration: "manual" });
    expect(JSON.stringify([patched.body, enabled.body])).not.toContain("canary");
    expect(last("/token")?.authorization).toBe(`Basic ${btoa("by+hand:manual-canary")}`);
    expect((await bob.get<McpServer>(`mcp-servers/${server.id}`)).body.oauth).toBeUndefined();
  });

  const methods: [
    how: string,
    oauth: Record<string, unknown>,
    supported: string[] | undefined,
    expected: object,
  ][] = [
    ["in the header by default", {}, undefined, { basic: true, secret: null }],
    [
      "in the form where the server takes only that",
      {},
      ["client_secret_post"],
      { basic: false, secret: "s-canary" },
    ],
    [
      "as an admin says, whatever the server says",
      { tokenEndpointAuthMethod: "client_secret_post" },
      ["client_secret_basic"],
      { basic: false, secret: "s-canary" },
    ],
    [
      "not at all where it has no secret",
      { clientSecret: "" },
      ["client_secret_basic"],
      { basic: false, secret: null },
    ],
  ];
  test.each(methods)("proves itself %s, when it refreshes too", async (_, oauth, supported, expected) => {
    issuer.metadata = { token_endpoint_auth_methods_supported: supported };
    const { ada } = await makePeople(app);
    const server = await add(ada, { clientId: "by-hand", clientSecret: "s-canary", ...oauth });
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    const exchange = last("/token");
    await endTokens(app, server.id);

    await ada.get(`mcp-servers/${server.id}/tools`);

    for (const asked of [exchange, last("/token")])
      expect({
        basic: asked?.authorization === `Basic ${btoa("by-hand:s-canary")}`,
        secret: asked?.form.get("client_secret") ?? null,
      }).toEqual(expected as never);
  });

  test.each([{ name: "New name" }, { oauth: { scopes: ["x"] } }, { oauth: { clientSecret: "" } }])(
    "keeps its secret when something else is edited: %o",
    async (edit) => {
      const { ada } = await makePeople(app);
      const server = await add(ada, { clientId: "by-hand", clientSecret: "s-canary" });

      await ada.patch(`mcp-servers/${server.id}`, edit);
      await authorize(app, ada, authorizeUrlOf(app, server), issuer);

      expect(last("/token")?.authorization).toBe(`Basic ${btoa("by-hand:s-canary")}`);
    },
  );

  test("does not follow the server to another origin", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada, {
      clientId: "by-hand",
      clientSecret: "s-canary",
      allowMissingPkceMetadata: true,
      scopes: ["x"],
    });

    const { body } = await ada.patch<McpServer>(`mcp-servers/${server.id}`, {
      url: "https://moved.invalid/mcp",
    });

    expect(body.oauth).toMatchObject({
      clientId: null,
      allowMissingPkceMetadata: false,
      scopes: ["x"],
      issuer: null,
      otherIssuer: null,
      hasClientSecret: false,
    });
  });

  test("goes with its secret when an admin takes it back", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada, { clientId: "by-hand", clientSecret: "s-canary" });

    const { body } = await ada.patch<McpServer>(`mcp-servers/${server.id}`, { oauth: { clientId: null } });
    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(body.oauth?.hasClientSecret).toBe(false);
    expect(location.searchParams.get("client_id")).toStartWith("client-");
  });

  test("that is entered with the move belongs to the new place", async () => {
    const { ada } = await makePeople(app);
    const other = startFakeProtected(issuer);
    const server = await add(ada, { clientId: "old", clientSecret: "old-canary" });

    await ada.patch(`mcp-servers/${server.id}`, {
      url: other.url,
      oauth: { clientId: "new", clientSecret: "new-canary" },
    });
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    await other.stop();
    expect(last("/token")?.authorization).toBe(`Basic ${btoa("new:new-canary")}`);
  });
});

describe("a client that we registered", () => {
  test("is described without scopes, for one redirect URI, and kept sealed", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    let described: Record<string, unknown> = {};
    issuer.answers["/register"] = ({ form }) => {
      described = JSON.parse([...form.keys()].join("")) as Record<string, unknown>;
      return Response.json({ client_id: "dynamic", client_secret: "d-canary" }, { status: 201 });
    };

    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    const rows = await app.deps.db.select().from(oauthClients);
    expect(described).toMatchObject({
      client_name: "Switchyard",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "native",
    });
    expect(described).not.toHaveProperty("scope");
    expect(last("/token")?.authorization).toBe(`Basic ${btoa("dynamic:d-canary")}`);
    expect(JSON.stringify(rows)).not.toContain("d-canary");
  });

  test("is registered anew when our public address changes, and old grants live on with the old one", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    const before = count("/register");
    const moved = await movedTo("http://127.0.0.1:4000");

    const { location } = await begin(moved, ada, authorizeUrlOf(moved, server));
    await endTokens(app, server.id);
    const tools = await callerOf(moved, ada.workspaceId, bearer(ada.key)).get(
      `mcp-servers/${server.id}/tools`,
    );

    expect(location.searchParams.get("redirect_uri")).toStartWith("http://127.0.0.1:4000/");
    expect(count("/register") - before).toBe(1);
    expect(tools.status).toBe(200);
  });

  test("is registered anew when its secret has run out", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    issuer.answers["/register"] = () =>
      Response.json({ client_id: "short", client_secret: "s", client_secret_expires_at: 1 });
    await begin(app, ada, authorizeUrlOf(app, server));
    issuer.answers = {};

    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(location.searchParams.get("client_id")).toStartWith("client-");
  });

  test("that the server forgot is replaced at the next sign-in, while a newer one is left alone", async () => {
    const { ada, bob } = await makePeople(app);
    const server = await add(ada);
    issuer.answers["/token"] = () => Response.json({ error: "invalid_client" }, { status: 401 });
    const first = await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    issuer.answers = {};
    const before = count("/register");

    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    await authorize(app, bob, authorizeUrlOf(app, server), issuer);

    expect(first.status).toBe(409);
    expect(count("/register") - before).toBe(1);
    expect((await bob.get(`mcp-servers/${server.id}/tools`)).status).toBe(200);
  });

  const failures: [what: string, answer: () => Response, status: number, code: string][] = [
    ["500", () => new Response("", { status: 500 }), 502, "upstream_failed"],
    [
      "a refusal",
      () => Response.json({ error: "invalid_redirect_uri" }, { status: 400 }),
      409,
      "manual_registration_required",
    ],
    ["HTML", () => new Response("<h1>", { status: 201 }), 409, "manual_registration_required"],
    ["nobody's id", () => Response.json({}), 409, "manual_registration_required"],
  ];
  test.each(failures)("is none where registration answers with %s", async (_, answer, status, code) => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    issuer.answers["/register"] = answer;

    const refused = await ada.post(`mcp-servers/${server.id}/enable`);
    const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);

    expect([refused.status, refused.code]).toEqual([status, code]);
    expect(shown.body.state).toBe("REGISTER");
  });
});

describe("a Client ID Metadata Document", () => {
  test("is our client where the server takes it and can fetch it, with no registration and no secret", async () => {
    issuer.metadata = { client_id_metadata_document_supported: true };
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const before = count("/register");
    const secured = await movedTo("https://switchyard.example");

    const answer = await callerOf(secured, ada.workspaceId, bearer(ada.key)).send(
      `mcp-servers/${server.id}/oauth/authorize`,
      {},
    );
    const location = new URL(answer.headers.get("location") ?? "");
    const clientId = location.searchParams.get("client_id") ?? "";
    const document = await secured.handle(new Request(clientId));

    expect(clientId).toBe(`https://switchyard.example/oauth/client-metadata/${server.appUuid}.json`);
    expect(await document.json()).toEqual({
      client_id: clientId,
      client_name: "Switchyard",
      client_uri: "https://switchyard.example",
      redirect_uris: [`https://switchyard.example/api/v2/oauth/callback/${server.appUuid}`],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "web",
    });
    expect(location.searchParams.get("redirect_uri")).toStartWith("https://switchyard.example/");
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-sy_flow_.*; Path=\/; .*; Secure$/);
    expect(count("/register")).toBe(before);
  });

  test("is none where nobody could fetch it, or of nobody", async () => {
    issuer.metadata = { client_id_metadata_document_supported: true };
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const secured = await movedTo("https://switchyard.example");
    const at = (base: string, file: string) => new Request(`${base}/oauth/client-metadata/${file}`);

    const { location } = await begin(app, ada, authorizeUrlOf(app, server));
    const nobodys = await secured.handle(at("https://switchyard.example", `${crypto.randomUUID()}.json`));
    const unsecured = await app.handle(at("http://127.0.0.1:3000", `${server.appUuid}.json`));
    const malformed = await secured.handle(at("https://switchyard.example", "x.json"));

    expect(location.searchParams.get("client_id")).toStartWith("client-");
    expect([nobodys.status, unsecured.status, malformed.status]).toEqual([404, 404, 404]);
  });

  test("is there for any server, is not sent again to who has it, and goes with its server", async () => {
    const { ada } = await makePeople(app);
    const { id, appUuid } = await addServer(ada, { url: nowhere() });
    const secured = await movedTo("https://switchyard.example");
    const read = (headers = {}) =>
      secured.handle(
        new Request(`https://switchyard.example/oauth/client-metadata/${appUuid}.json`, { headers }),
      );

    const first = await read();
    const again = await read({ "if-none-match": first.headers.get("etag") ?? "" });
    await ada.delete(`mcp-servers/${id}`);
    const deleted = await read();

    expect([first.status, again.status, deleted.status]).toEqual([200, 304, 404]);
  });

  test("has the address that an operator's template gives it, and is no more there for nobody", async () => {
    const { ada } = await makePeople(app);
    const { appUuid } = await addServer(ada, { url: nowhere() });
    const moved = await movedTo("http://switchyard.internal", {
      CLIENT_METADATA_URL: "https://clients.example/switchyard/{appUuid}.json",
    });
    const read = (uuid: string) =>
      moved.handle(new Request(`http://switchyard.internal/oauth/client-metadata/${uuid}.json`));

    expect(await (await read(appUuid)).json()).toMatchObject({
      client_id: `https://clients.example/switchyard/${appUuid}.json`,
      redirect_uris: [`http://switchyard.internal/api/v2/oauth/callback/${appUuid}`],
    });
    expect((await read(crypto.randomUUID())).status).toBe(404);
  });
});

/** The same installation under another public address. */
async function movedTo(publicUrl: string, env: Record<string, string> = {}) {
  const settings = readSettings({ RATE_LIMIT: "0", PUBLIC_URL: publicUrl, ...env });
  const deps = { ...app.deps, settings };
  const moved = createApp(deps);
  return { deps, handle: async (request: Request) => await moved.handle(request) };
}

test("a refreshed grant is asked for with the client it was given to", async () => {
  const { ada } = await makePeople(app);
  const server = await add(ada);
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  const given = last("/token")?.authorization;
  await ada.patch(`mcp-servers/${server.id}`, { oauth: { clientId: "entered later", clientSecret: "x" } });
  await endTokens(app, server.id);

  const { status } = await ada.get(`mcp-servers/${server.id}/tools`);

  expect(status).toBe(200);
  expect(last("/token")?.authorization).toBe(given);
});

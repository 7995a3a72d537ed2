import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { oauthFlows } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { publicUrl } = app.deps.settings;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(() => {
  issuer.metadata = {};
  issuer.answers = {};
  remote.refusal = null;
  remote.authorizationServers.splice(0, 9, issuer.issuer);
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

const add = async (by: Person, oauth?: Record<string, unknown>): Promise<McpServer> =>
  (await by.post<McpServer>("mcp-servers", { url: remote.url, ...(oauth ? { oauth } : {}) })).body;

const ask = (person: Person, server: McpServer) =>
  person.get<{ detail: Record<string, unknown> }>(`mcp-servers/${server.id}/oauth/authorize`);

describe("the redirect", () => {
  test("asks for a code, bound to us, to this server and to this browser", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);

    const { location, state, flowCookie } = await begin(app, ada, authorizeUrlOf(app, server));

    const [flow] = await app.deps.db.select().from(oauthFlows).where(eq(oauthFlows.serverId, server.id));
    const query = Object.fromEntries(location.searchParams);
    expect(location.origin + location.pathname).toBe(`${issuer.issuer}/authorize`);
    expect(query).toEqual({
      response_type: "code",
      client_id: expect.stringMatching(/^client-/),
      redirect_uri: new URL(`/api/v2/oauth/callback/${server.appUuid}`, publicUrl).href,
      state: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: "S256",
      resource: remote.url,
      scope: "mcp:use",
    });
    expect(flowCookie).toStartWith("sy_flow_");
    expect(JSON.stringify(flow)).not.toContain(state);
    expect(JSON.stringify(flow)).not.toContain(flowCookie.split(".")[1] ?? "?");
    expect((flow?.expiresAt.getTime() ?? 0) - Date.now()).toBeWithin(9 * 60_000, 10 * 60_000 + 1);
  });

  test("leaves a cookie that no script reads and no other site sends, for ten minutes", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const { cookie } = await ada.signedIn();

    const answer = await app.handle(
      new Request(authorizeUrlOf(app, server), { headers: { cookie, accept: "text/html" } }),
    );

    expect(answer.headers.get("set-cookie")).toMatch(
      /^sy_flow_[0-9a-f]{16}=[0-9a-f-]{36}\.[\w-]{43}; Expires=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("carries what an admin set, and ours wins over it", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada, {
      scopes: ["a", "b", "c"],
      scopeCeiling: ["a", "b"],
      sendResource: false,
      authorizationParameters: { audience: "api", prompt: "login" },
    });

    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(location.searchParams.get("scope")).toBe("a b");
    expect(location.searchParams.has("resource")).toBe(false);
    expect(location.searchParams.get("audience")).toBe("api");
    expect(location.searchParams.get("prompt")).toBe("login");
  });

  test.each(["state", "redirect_uri", "request_uri", "code_challenge"])(
    "never lets an admin say %s",
    async (name) => {
      const { ada } = await makePeople(app);

      const created = await ada.post("mcp-servers", {
        url: remote.url,
        oauth: { authorizationParameters: { [name]: "x" } },
      });

      expect([created.status, created.code]).toEqual([422, "invalid"]);
    },
  );
});

describe("states", () => {
  test("it finds everything out by itself: from REGISTER to AUTHORIZE", async () => {
    const { ada, bob } = await makePeople(app);
    const server = await addServer(ada, { url: remote.url, authType: "oauth" });

    await begin(app, bob, authorizeUrlOf(app, server));

    const { body } = await ada.get<McpServer>(`mcp-servers/${server.id}`);
    expect(body).toMatchObject({ state: "AUTHORIZE", enabled: false, registration: "dynamic" });
  });

  for (const authType of ["direct_auth", "api_key"])
    test(`a ${authType} server has no sign-in of its own`, async () => {
      const { ada } = await makePeople(app);
      const server = await addServer(ada, { url: nowhere(), authType });

      const refused = await ask(ada, server);

      expect([refused.status, refused.code]).toEqual([409, "not_oauth"]);
    });

  test("one that says nothing of OAuth any more is no OAuth server", async () => {
    const { ada } = await makePeople(app);
    const guarded = startGuardedMcpServer("a secret");
    const server = await addServer(ada, { url: guarded.url, authType: "oauth" });

    const refused = await ask(ada, server);

    await guarded.stop();
    expect([refused.status, refused.code]).toEqual([409, "not_oauth"]);
  });

  test("enabling what waits for a member says where the member begins", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const first = await ada.post<McpServer>(`mcp-servers/${server.id}/enable`);

    const again = await ada.post<{ detail: object }>(`mcp-servers/${server.id}/enable`);
    const connecting = await ada.post<{ detail: object }>(`mcp-servers/${server.id}/credentials`);

    expect([first.status, first.body.state]).toEqual([200, "AUTHORIZE"]);
    for (const { status, code, body } of [again, connecting]) {
      expect([status, code]).toEqual([409, "authorization_required"]);
      expect(body.detail).toMatchObject({ authType: "oauth", authorizeUrl: authorizeUrlOf(app, server) });
    }
  });

  test("enabling once a member has signed in is a handshake with what that brought", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    remote.refusal = "503 Basic";
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    remote.refusal = null;
    const waiting = await ada.get<McpServer>(`mcp-servers/${server.id}`);
    const refused = await ada.get(`mcp-servers/${server.id}/tools`);

    const enabled = await ada.post<McpServer>(`mcp-servers/${server.id}/enable`);

    expect(waiting.body).toMatchObject({ state: "AUTHORIZE", enabled: false, connection: "connected" });
    expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
    expect(enabled.body).toMatchObject({ state: "READY", enabled: true });
    expect((await ada.get(`mcp-servers/${server.id}/tools`)).status).toBe(200);
  });

  test("testing without a connection is an answer that says what to do", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);

    const { status, body } = await ada.post<Record<string, unknown>>(`mcp-servers/${server.id}/test`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: false,
      error: {
        code: "member_auth_required",
        stage: "http",
        authType: "oauth",
        authorizeUrl: authorizeUrlOf(app, server),
      },
      state: "REGISTER",
      enabled: false,
    });
  });
});

describe("what others do meanwhile", () => {
  const changes: [what: string, change: (by: Person, id: number) => Promise<unknown>, status: number][] = [
    ["is deleted", (by, id) => by.delete(`mcp-servers/${id}`), 404],
    ["is moved", (by, id) => by.patch(`mcp-servers/${id}`, { url: nowhere() }), 409],
  ];
  test.each(changes)("a server that %s while we register there begins nothing", async (_, change, status) => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    issuer.answers["/register"] = async () => {
      await change(ada, server.id);
      return Response.json({ client_id: "late" });
    };

    const refused = await ask(ada, server);

    expect(refused.status).toBe(status);
    expect(await app.deps.db.select().from(oauthFlows).where(eq(oauthFlows.serverId, server.id))).toEqual([]);
  });
});

describe("who asks", () => {
  test("a browser that is signed out goes to sign-in, and comes back", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const url = new URL(authorizeUrlOf(app, server));

    const answer = await app.handle(
      new Request(`${url.href}?return_to=%2Fw%2Fx`, { headers: { accept: "text/html" } }),
    );

    const to = new URL(answer.headers.get("location") ?? "", url);
    expect(answer.status).toBeOneOf([302, 303]);
    expect(to.pathname).toBe("/sign-in");
    expect(to.searchParams.get("return_to")).toBe(`${url.pathname}?return_to=%2Fw%2Fx`);
  });

  test("a program that is signed out gets 401, a viewer 403, a stranger to the workspace 404", async () => {
    const { ada, vic, eve, stranger } = await makePeople(app);
    const server = await add(ada);
    const path = ada.path(`mcp-servers/${server.id}/oauth/authorize`);

    const answers = [await stranger.get(path), await vic.get(path), await eve.get(path)];

    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404]);
    expect(answers.map(({ code }) => code)).toEqual(["not_authenticated", "insufficient_scope", "not_found"]);
  });

  test("a program with a key may begin as well, and is the browser then", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);

    const answer = await ada.send(`mcp-servers/${server.id}/oauth/authorize`, {});

    expect(answer.status).toBe(302);
  });
});

describe("what is wrong with the authorization server", () => {
  const rules: [rule: string, metadata: Record<string, unknown>][] = [
    ["issuer_identical", { issuer: "https://evil.example" }],
    ["pkce_s256", { code_challenge_methods_supported: undefined }],
    ["pkce_s256", { code_challenge_methods_supported: ["plain"] }],
    ["https", { authorization_endpoint: "http://evil.example/authorize" }],
    ["https", { token_endpoint: "javascript:alert(1)" }],
    ["response_type_code", { response_types_supported: ["token"] }],
    ["metadata_shape", { token_endpoint: 7 }],
  ];
  test.each(rules)("that breaks the rule %s is refused by its name: %o", async (rule, metadata) => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    issuer.metadata = metadata;

    const refused = await ask(ada, server);
    const enabled = await ada.post<{ detail: object }>(`mcp-servers/${server.id}/enable`);
    const { body } = await ada.get<McpServer>(`mcp-servers/${server.id}`);

    for (const { status, code, body } of [refused, enabled]) {
      expect([status, code]).toEqual([422, "discovery_failed"]);
      expect(body.detail).toMatchObject({ rule, stage: "http" });
    }
    expect(body.state).toBe("REGISTER");
  });

  test("an admin may go on without a word about PKCE", async () => {
    const { ada } = await makePeople(app);
    issuer.metadata = { code_challenge_methods_supported: undefined };
    const server = await add(ada, { allowMissingPkceMetadata: true });

    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(location.searchParams.get("code_challenge_method")).toBe("S256");
  });

  test("an inner address is not called", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    issuer.metadata = { token_endpoint: "https://169.254.169.254/token" };

    const refused = await ask(ada, server);

    expect([refused.status, refused.code]).toEqual([422, "url_not_allowed"]);
  });

  test("one that is down is no reason to forget anything", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada);
    const gone = startFakeAuthorizationServer();
    await gone.stop();
    remote.authorizationServers.splice(0, 9, gone.issuer);

    const refused = await ask(ada, server);

    expect([refused.status, refused.code]).toEqual([502, "upstream_failed"]);
  });
});

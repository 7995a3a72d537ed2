import { afterAll, afterEach, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople } from "#tests/support/people.ts";
import { startGuardedMcpServer } from "#tests/support/servers.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
const open = startFakeMcpServer();
const guarded = startGuardedMcpServer("a secret");
const website = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("<h1>Hello") });

afterEach(() => {
  issuer.metadata = {};
});
afterAll(async () => {
  await Promise.all([remote.stop(), issuer.stop(), open.stop(), guarded.stop(), website.stop(true)]);
});

const { ada, vic, eve, stranger } = await makePeople(app);
const discover = (url: unknown, by = ada) =>
  by.post<Record<string, unknown> & { detail: Record<string, unknown> }>("mcp-servers/oauth-discovery", {
    url,
  });

test("a protected server tells all that it takes to sign in, and nothing is stored", async () => {
  const before = await dumpOf(app.deps);

  const { status, body } = await discover(remote.url);

  const origin = new URL(remote.url).origin;
  expect(status).toBe(200);
  expect(body as object).toEqual({
    url: remote.url,
    authType: "oauth",
    requiresAuth: true,
    registration: "dynamic",
    protectedResource: {
      metadataUrl: `${origin}/.well-known/oauth-protected-resource/mcp`,
      resource: remote.url,
      authorizationServers: [issuer.issuer],
      scopesSupported: ["mcp:use"],
    },
    authorizationServer: {
      metadataUrl: `${issuer.issuer}/.well-known/oauth-authorization-server`,
      issuer: issuer.issuer,
      authorizationEndpoint: `${issuer.issuer}/authorize`,
      tokenEndpoint: `${issuer.issuer}/token`,
      registrationEndpoint: `${issuer.issuer}/register`,
      revocationEndpoint: `${issuer.issuer}/revoke`,
      scopesSupported: [],
      codeChallengeMethodsSupported: ["S256"],
      tokenEndpointAuthMethodsSupported: [],
      clientIdMetadataDocumentSupported: false,
      authorizationResponseIssParameterSupported: true,
    },
    scopes: ["mcp:use"],
    protocolVersion: null,
    serverInfo: null,
    warnings: [expect.objectContaining({ code: "dcr_deprecated" })],
  });
  expect(await dumpOf(app.deps)).toEqual(before);
  expect(issuer.asked).toEqual([]);
});

test("one that registers nobody is to be registered at by hand", async () => {
  issuer.metadata = { registration_endpoint: undefined };

  const { body } = await discover(remote.url);

  expect([body["authType"], body["registration"]]).toEqual(["oauth", "manual"]);
});

test("an open server says who it is", async () => {
  const { body } = await discover(open.url);

  expect(body).toMatchObject({
    authType: "direct_auth",
    requiresAuth: false,
    registration: null,
    protectedResource: null,
    authorizationServer: null,
    protocolVersion: "2025-11-25",
    serverInfo: { name: "fake" },
  });
});

test("one that asks for something else wants a key", async () => {
  const { body } = await discover(guarded.url);

  expect(body).toMatchObject({ authType: "api_key", requiresAuth: true, authorizationServer: null });
});

test("something else than an MCP server is said to be that", async () => {
  const { status, code, body } = await discover(website.url.href);

  expect([status, code]).toEqual([422, "discovery_failed"]);
  expect(body.detail["message"]).toStartWith("There is no MCP server at this URL");
});

const rules: [rule: string, metadata: Record<string, unknown>][] = [
  ["issuer_identical", { issuer: "https://evil.example" }],
  ["pkce_s256", { code_challenge_methods_supported: ["plain"] }],
  ["https", { token_endpoint: "http://example.com/token" }],
  ["metadata_shape", { scopes_supported: "mcp:use" }],
];
test.each(rules)("metadata that breaks the rule %s is refused by its name", async (rule, metadata) => {
  issuer.metadata = metadata;

  const { status, code, body } = await discover(remote.url);

  expect([status, code]).toEqual([422, "discovery_failed"]);
  expect(body.detail).toMatchObject({ rule, stage: "http" });
});

const bad: [url: unknown, status: number, code: string][] = [
  ["file:///etc/passwd", 422, "invalid"],
  ["https://user:secret-canary@example.com/mcp", 422, "invalid"],
  ["not a url", 422, "invalid"],
  ["https://169.254.169.254/mcp", 422, "url_not_allowed"],
  ["http://10.0.0.1/mcp", 422, "url_not_allowed"],
  ["http://127.0.0.1:9/mcp", 422, "url_not_allowed"],
  [7, 422, "invalid"],
  [undefined, 422, "invalid"],
];
test.each(bad)("%p is refused, and not said again", async (url, status, code) => {
  const answer = await discover(url);

  expect([answer.status, answer.code]).toEqual([status, code]);
  expect(JSON.stringify(answer.body)).not.toContain("canary");
});

test("a server that nobody answers for is not there just now", async () => {
  const gone = startFakeMcpServer();
  await gone.stop();

  const { status, code, body } = await discover(gone.url);

  expect([status, code]).toEqual([502, "upstream_failed"]);
  expect(body.detail["stage"]).toBe("connect");
});

test("strangers, viewers and another workspace ask in vain", async () => {
  const path = ada.path("mcp-servers/oauth-discovery");
  const body = { url: open.url };

  const answers = [await stranger.post(path, body), await vic.post(path, body), await eve.post(path, body)];

  expect(answers.map(({ status }) => status)).toEqual([401, 403, 404]);
});

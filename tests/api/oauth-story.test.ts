import { afterAll, beforeAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { type AuthorizationServer, startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { authorize, begin, comeBack, endTokens } from "#tests/support/authorizing.ts";
import { makePeople, makePerson, type Person } from "#tests/support/people.ts";
import { type ProtectedMcpServer, startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const app = await testApp({ RATE_LIMIT: "0" });
let issuer: AuthorizationServer;
let remote: ProtectedMcpServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  remote = startProtectedMcpServer(issuer);
});

afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

type Refusal = { detail: { code: string; authType: string; authorizeUrl: string } };
type Called = { content: { type: string; text: string }[] };

const who = async (person: Person, id: number) =>
  (await person.post<Called>(`mcp-servers/${id}/tools/whoami/call`, { arguments: {} })).body.content[0]?.text;

/** A server that is set up, as far as an admin can. */
async function added(by: Person): Promise<{ id: number; authorizeUrl: string }> {
  const { body } = await by.post<McpServer>("mcp-servers", { url: remote.url });
  await by.post(`mcp-servers/${body.id}/enable`);
  const refused = await by.get<Refusal>(`mcp-servers/${body.id}/tools`);
  return { id: body.id, authorizeUrl: refused.body.detail.authorizeUrl };
}

test("a member goes all the way: add, enable, sign in, use, allow more, stay connected, leave", async () => {
  const { ada } = await makePeople(app);

  const created = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const path = `mcp-servers/${created.body.id}`;
  const enabled = await ada.post<McpServer>(`${path}/enable`);
  const waiting = await ada.get<Refusal>(`${path}/tools`);

  expect(created.body).toMatchObject({ authType: "oauth", state: "REGISTER", registration: "dynamic" });
  expect(enabled.body).toMatchObject({ state: "AUTHORIZE", enabled: false, connection: "not_connected" });
  expect([waiting.status, waiting.code, waiting.body.detail.authType]).toEqual([
    403,
    "member_auth_required",
    "oauth",
  ]);

  const back = await authorize(app, ada, waiting.body.detail.authorizeUrl, issuer, { as: "ada" });
  const ready = await ada.get<McpServer>(path);
  const tools = await ada.get<{ tools: { name: string }[] }>(`${path}/tools`);

  expect(back.status).toBe(303);
  expect(back.headers.get("location")).toBe(
    new URL(`/w/${ada.workspaceId}/servers/${created.body.id}`, app.deps.settings.publicUrl).href,
  );
  expect(ready.body).toMatchObject({
    state: "READY",
    enabled: true,
    connection: "connected",
    memberCount: 1,
  });
  expect(tools.body.tools.map(({ name }) => name)).toEqual(["whoami", "admin_report"]);

  const refused = await ada.post<Refusal>(`${path}/tools/admin_report/call`, { arguments: {} });
  await authorize(app, ada, refused.body.detail.authorizeUrl, issuer, { as: "ada" });
  const report = await ada.post<Called>(`${path}/tools/admin_report/call`, { arguments: {} });
  const [me] = (await ada.get<{ scopes: string[]; expiresAt: string }[]>(`${path}/members`)).body;

  expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
  expect(report.body.content[0]?.text).toBe("All is well.");
  expect(me?.scopes.sort()).toEqual(["mcp:admin", "mcp:use"]);

  await endTokens(app, created.body.id);
  const later = await who(ada, created.body.id);
  const [still] = (await ada.get<{ scopes: string[]; expiresAt: string }[]>(`${path}/members`)).body;

  expect(later).toBe("ada");
  expect(still?.scopes.sort()).toEqual(["mcp:admin", "mcp:use"]);
  expect(Date.parse(still?.expiresAt ?? "")).toBeGreaterThan(Date.now());

  const left = await ada.delete(`${path}/credentials`);
  const after = await ada.get<Refusal>(`${path}/tools`);

  expect(left.body).toEqual({ connected: false, revocation: "confirmed" });
  expect([after.status, after.code]).toEqual([403, "member_auth_required"]);
});

test("each member connects with their own account, and nobody through another's", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);

  await authorize(app, ada, authorizeUrl, issuer, { as: "ada-upstream" });
  const unconnected = await bob.post(`mcp-servers/${id}/tools/whoami/call`, { arguments: {} });
  await authorize(app, bob, authorizeUrl, issuer, { as: "bob-upstream" });
  const names = [await who(ada, id), await who(bob, id)];
  const viewed = await vic.get(`mcp-servers/${id}/tools`);

  expect([unconnected.status, unconnected.code]).toEqual([403, "member_auth_required"]);
  expect(names).toEqual(["ada-upstream", "bob-upstream"]);
  expect([viewed.status, viewed.code]).toEqual([403, "member_auth_required"]);
});

test("a live connection outlives a refresh, whether the token ended or was refused", async () => {
  const { ada } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  await authorize(app, ada, authorizeUrl, issuer);
  await who(ada, id);
  const before = { seen: remote.seen.length, tokens: tokenRequests() };

  await issuer.end("access tokens");
  const refused = await who(ada, id);
  await endTokens(app, id);
  const ended = await who(ada, id);

  expect([refused, ended]).toEqual(["ada", "ada"]);
  expect(remote.seen.slice(before.seen)).toEqual(["tools/call", "tools/call"]);
  expect(tokenRequests() - before.tokens).toBe(2);
});

test("twenty calls at once when the token has ended make one token request", async () => {
  const { ada } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  await authorize(app, ada, authorizeUrl, issuer);
  await endTokens(app, id);
  const before = tokenRequests();

  const answers = await Promise.all(Array.from({ length: 20 }, () => ada.get(`mcp-servers/${id}/tools`)));

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(tokenRequests() - before).toBe(1);
});

test("a grant that ended is said once, and asked for anew", async () => {
  const { ada } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  await authorize(app, ada, authorizeUrl, issuer);
  await issuer.end("grants");

  const answers = [
    await ada.get<Refusal>(`mcp-servers/${id}/tools`),
    await ada.get<Refusal>(`mcp-servers/${id}/tools`),
  ];
  const { body } = await ada.get<McpServer>(`mcp-servers/${id}`);
  await authorize(app, ada, answers[0]?.body.detail.authorizeUrl ?? "", issuer);

  expect(answers.map(({ code }) => code)).toEqual(["member_auth_required", "member_auth_required"]);
  expect(body).toMatchObject({ state: "READY", enabled: true, connection: "expired" });
  expect(await who(ada, id)).toBe("ada");
});

test("a person who declines is told so, and may try again", async () => {
  const { ada } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  const { location, sessionCookie, flowCookie } = await begin(app, ada, authorizeUrl);
  const callback = await issuer.login(location.href, { decline: true });

  const declined = await comeBack(app, callback, sessionCookie, flowCookie);
  await authorize(app, ada, authorizeUrl, issuer);

  expect(declined.status).toBe(409);
  expect(await declined.text()).toContain("You stopped the sign-in at");
  expect(await who(ada, id)).toBe("ada");
});

test("deleting the server revokes everybody's tokens, and says how that went", async () => {
  const { ada, bob } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  for (const person of [ada, bob]) await authorize(app, person, authorizeUrl, issuer);

  const deleted = await ada.delete(`mcp-servers/${id}`);

  expect(deleted.body).toEqual({
    deleted: true,
    id,
    revocations: { confirmed: 2, unsupported: 0, failed: 0 },
  });
});

test("a member who is removed leaves no token behind", async () => {
  const { ada } = await makePeople(app);
  const { id, authorizeUrl } = await added(ada);
  const gus = await makePerson(app, { name: "Gus", role: "member", workspaceId: ada.workspaceId });
  await authorize(app, gus, authorizeUrl, issuer);
  const revoked = issuer.requests.filter((request) => request === "POST /token/revocation").length;

  const removed = await ada.delete(`members/${gus.memberId}`);

  expect(removed.body).toEqual({
    deleted: true,
    id: gus.memberId,
    revocations: { confirmed: 1, unsupported: 0, failed: 0 },
  });
  expect(issuer.requests.filter((request) => request === "POST /token/revocation")).toHaveLength(revoked + 2);
  expect((await ada.get(`mcp-servers/${id}/members`)).body).toEqual([]);
});

const tokenRequests = () => issuer.requests.filter((request) => request === "POST /token").length;

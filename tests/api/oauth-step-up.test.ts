import { afterAll, afterEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import { maxScopes } from "#src/oauth/scopes.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, comeBack, endTokens } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(() => {
  remote.refusal = null;
  issuer.grants = null;
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

type Problem = { detail: Record<string, string> };

/** Ada, connected with the scopes that the server asks for at first. */
async function connected(oauth?: Record<string, unknown>) {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", {
    url: remote.url,
    ...(oauth ? { oauth } : {}),
  });
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  return {
    ada,
    server,
    call: () => ada.post<Problem>(`mcp-servers/${server.id}/tools/count/call`, { arguments: {} }),
    asked: async () => {
      const { location } = await begin(app, ada, authorizeUrlOf(app, server));
      return location.searchParams.get("scope")?.split(" ").sort();
    },
    /** Its handshake asks for nothing more. */
    async signIn() {
      const { refusal } = remote;
      remote.refusal = null;
      await authorize(app, ada, authorizeUrlOf(app, server), issuer);
      remote.refusal = refusal;
    },
  };
}

const wants = (scope: string) => `403 Bearer error="insufficient_scope", scope="${scope}"`;

test("a server that wants more is answered with where to allow it, and the union is asked for", async () => {
  const { call, asked, server } = await connected();

  remote.refusal = wants("mcp:admin mcp:write");
  const refused = await call();
  remote.refusal = null;
  const more = await asked();

  expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
  expect(refused.body.detail["authorizeUrl"]).toBe(authorizeUrlOf(app, server));
  expect(refused.body.detail["message"]).toContain("mcp:admin, mcp:write");
  expect(more).toEqual(["mcp:admin", "mcp:use", "mcp:write"]);
});

test("wishes add up until the member has signed in, and are forgotten then", async () => {
  const { call, asked, signIn } = await connected();
  remote.refusal = wants("a");
  await call();
  remote.refusal = wants("b");
  await call();
  remote.refusal = null;

  const both = await asked();
  await signIn();
  const afterwards = await asked();

  expect(both).toEqual(["a", "b", "mcp:use"]);
  expect(afterwards).toEqual(["mcp:use"]);
});

test("after three sign-ins in vain it is a failure, explained, until the member begins anew", async () => {
  const { call, signIn, ada, server } = await connected();
  remote.refusal = wants("mcp:admin");

  const codes: (string | null)[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    codes.push((await call()).code);
    await signIn();
  }
  const given = await call();
  await ada.delete(`mcp-servers/${server.id}/credentials`);
  remote.refusal = null;
  await signIn();
  remote.refusal = wants("mcp:admin");
  const anew = await call();

  expect(codes).toEqual(["member_auth_required", "member_auth_required", "member_auth_required"]);
  expect([given.status, given.code]).toEqual([502, "upstream_failed"]);
  expect(given.body.detail["message"]).toContain("3 sign-ins that asked for mcp:admin were in vain");
  expect(given.body.detail["authorizeUrl"]).toBeUndefined();
  expect(anew.code).toBe("member_auth_required");
});

test("calls that are refused between sign-ins count as one", async () => {
  const { call, signIn } = await connected();
  remote.refusal = wants("mcp:admin");

  for (let index = 0; index < 5; index += 1) await call();
  await signIn();

  expect((await call()).code).toBe("member_auth_required");
});

test("each scope has its own three tries", async () => {
  const { call, signIn } = await connected();
  for (const scope of ["a", "a", "a"]) {
    remote.refusal = wants(scope);
    await call();
    await signIn();
  }

  remote.refusal = wants("b a");

  expect((await call()).code).toBe("member_auth_required");
});

test("a sign-in that asked for nothing more begins to count anew", async () => {
  const { call, signIn } = await connected();
  remote.refusal = wants("a");
  for (let index = 0; index < 2; index += 1) {
    await call();
    await signIn();
  }
  remote.refusal = null;
  await signIn();

  remote.refusal = wants("a");
  const codes: (string | null)[] = [];
  for (let index = 0; index < 3; index += 1) {
    codes.push((await call()).code);
    await signIn();
  }

  expect(new Set(codes)).toEqual(new Set(["member_auth_required"]));
});

test("what an admin ruled out is never asked for", async () => {
  const { call, asked } = await connected({ scopeCeiling: ["mcp:use", "mcp:write"] });

  remote.refusal = wants("mcp:write mcp:admin");
  const refused = await call();
  remote.refusal = wants("mcp:write");
  const allowed = await call();
  remote.refusal = null;

  expect([refused.status, refused.code]).toEqual([502, "upstream_failed"]);
  expect(refused.body.detail["message"]).toContain("an admin has ruled out mcp:admin");
  expect(allowed.code).toBe("member_auth_required");
  expect(await asked()).toEqual(["mcp:use", "mcp:write"]);
});

test("where it does not say what it wants, what it publishes is asked for, three times in all", async () => {
  const { call, signIn } = await connected();
  remote.refusal = '403 Bearer error="insufficient_scope"';
  const codes: (string | null)[] = [];

  for (let index = 0; index < 3; index += 1) {
    codes.push((await call()).code);
    await signIn();
  }

  expect(codes).toEqual(["member_auth_required", "member_auth_required", "upstream_failed"]);
});

test("a scope called __proto__ is a scope like any other", async () => {
  const { call, signIn, server } = await connected();
  remote.refusal = wants("__proto__ constructor");

  await call();
  await signIn();
  const again = await call();

  const [row] = await app.deps.db.select().from(credentials).where(eq(credentials.serverId, server.id));
  expect(again.code).toBe("member_auth_required");
  expect(Object.entries(row?.stepUps ?? {})).toContainEqual(["__proto__", 1]);
  expect(Object.entries(row?.stepUps ?? {})).toContainEqual(["constructor", 1]);
});

test("a server that echoes our token as the scope it wants does not get it into an address", async () => {
  const { call, ada, server } = await connected();
  const token = [...issuer.tokens.keys()].at(-1) ?? "";
  remote.refusal = wants(`${token} mcp:admin`);

  const refused = await call();
  remote.refusal = null;
  const { location } = await begin(app, ada, authorizeUrlOf(app, server));

  const [row] = await app.deps.db.select().from(credentials).where(eq(credentials.serverId, server.id));
  expect(JSON.stringify([refused.body, row?.wantedScopes])).not.toContain(token);
  expect(location.href).not.toContain(token);
  expect(location.searchParams.get("scope")).toContain("mcp:admin");
});

test("a test that meets it notes what is wanted as well, and drops nothing", async () => {
  const { ada, server, asked } = await connected();
  remote.refusal = wants("mcp:admin");

  const { body } = await ada.post<{ error: object }>(`mcp-servers/${server.id}/test`);
  remote.refusal = null;

  expect(body).toMatchObject({ success: false, state: "READY", enabled: true });
  expect(body.error).toMatchObject({
    code: "member_auth_required",
    authorizeUrl: authorizeUrlOf(app, server),
  });
  expect(await asked()).toEqual(["mcp:admin", "mcp:use"]);
});

test("a server whose handshake wants more has it noted at once", async () => {
  const { ada, server, asked } = await connected();
  remote.refusal = wants("mcp:admin");

  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  remote.refusal = null;

  expect(await asked()).toEqual(["mcp:admin", "mcp:use"]);
});

test("a 403 about anything else is no step-up", async () => {
  const { call, asked } = await connected();
  remote.refusal = '403 Bearer error="access_denied", scope="mcp:admin"';

  const refused = await call();
  remote.refusal = null;

  expect([refused.status, refused.code]).toEqual([502, "upstream_failed"]);
  expect(await asked()).toEqual(["mcp:use"]);
});

test("a server that always wants more gets no endless address, and fills no row", async () => {
  const { call, ada, server } = await connected();
  const lengths: number[] = [];
  issuer.answers["/token"] = ({ form }) => {
    const { scope: _, ...unsaid } = issueTokens(issuer, form);
    return Response.json(unsaid);
  };

  for (let round = 0; round < 6; round += 1) {
    remote.refusal = wants(Array.from({ length: 60 }, (_, n) => `r${round}.${n}${"x".repeat(20)}`).join(" "));
    await call();
    remote.refusal = null;
    const { location, sessionCookie, flowCookie } = await begin(app, ada, authorizeUrlOf(app, server));
    lengths.push(location.href.length);
    await comeBack(app, await issuer.login(location.href), sessionCookie, flowCookie);
  }

  const [row] = await app.deps.db.select().from(credentials).where(eq(credentials.serverId, server.id));
  expect(Math.max(...lengths)).toBeLessThan(7_000);
  expect(row?.scopes.length).toBeLessThanOrEqual(maxScopes);
  expect(row?.scopes).toContain("mcp:use");
  expect(row?.scopes).toContain(`r0.0${"x".repeat(20)}`);
});

test("a member whose grant has ended is asked for all that it was for", async () => {
  const { call, signIn, asked, ada, server } = await connected();
  remote.refusal = wants("mcp:admin");
  await call();
  await signIn();
  remote.refusal = null;
  await endTokens(app, server.id);
  issuer.answers["/token"] = () => Response.json({ error: "invalid_grant" }, { status: 400 });
  const ended = await ada.get(`mcp-servers/${server.id}/tools`);
  issuer.answers = {};

  expect([ended.status, ended.code]).toEqual([403, "member_auth_required"]);
  expect(await asked()).toEqual(["mcp:admin", "mcp:use"]);
});

test("what an admin has ruled out since is not asked for again when a grant has ended", async () => {
  const { asked, ada, server } = await connected();
  await ada.patch(`mcp-servers/${server.id}`, { oauth: { scopeCeiling: ["other"] } });
  await app.deps.db.update(credentials).set({ status: "expired" }).where(eq(credentials.serverId, server.id));

  expect(await asked()).toBeUndefined();
});

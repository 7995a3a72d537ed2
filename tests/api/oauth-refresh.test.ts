import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import { createLogger } from "#src/lib/log.ts";
import type { AuditEvent } from "#src/services/audit-events.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, comeBack, endTokens, flowAt } from "#tests/support/authorizing.ts";
import {
  type Asked,
  issueTokens,
  startFakeAuthorizationServer,
  startFakeProtected,
} from "#tests/support/fake-oauth.ts";
import { browse } from "#tests/support/pages.ts";
import type { Person } from "#tests/support/people.ts";

const lines: string[] = [];
const log = createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } });
const app = await testApp({ RATE_LIMIT: "0" }, { log });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

beforeEach(() => void lines.splice(0));
afterEach(() => {
  issuer.answers = {};
  remote.refusal = null;
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

/** Ada, connected; `oauth` is what an admin set. */
async function connected(oauth?: Record<string, unknown>) {
  const { callback, cookies, ada, bob, server } = await flowAt(app, {
    url: remote.url,
    login: issuer.login,
    ...(oauth ? { oauth } : {}),
  });
  await comeBack(app, callback, ...cookies);
  const tools = () => ada.get<{ detail: Record<string, unknown> }>(`mcp-servers/${server.id}/tools`);
  const row = async () => (await db.select().from(credentials).where(eq(credentials.serverId, server.id)))[0];
  return { ada, bob, server, tools, row };
}

const refreshes = () =>
  issuer.asked.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token");

test("a refresh goes where the tokens came from, for this server, with what an admin added", async () => {
  const { server, tools } = await connected({ tokenParameters: { audience: "api" } });
  await endTokens(app, server.id);

  const answer = await tools();

  const form = refreshes().at(-1)?.form;
  expect(answer.status).toBe(200);
  expect(form?.get("refresh_token")).toStartWith("refresh-canary");
  expect(form?.get("resource")).toBe(remote.url);
  expect(form?.get("audience")).toBe("api");
  expect(form?.has("scope")).toBe(false);
});

/** The server's page, as this person sees it. */
const pageOf = async (person: Person, { id, workspaceUuid }: McpServer): Promise<string> =>
  (await browse(app, (await person.signedIn()).cookie).get(`/w/${workspaceUuid}/servers/${id}`)).html;

const eventsOf = async (person: Person, action: string) =>
  (await person.get<AuditEvent[]>(`audit-events?action=${action}`)).body;

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const troubles: [what: string, answer: (asked: Asked) => Response | Promise<Response>][] = [
  ["500", () => new Response("{}", { status: 500 })],
  ["invalid_grant, but with 503", json({ error: "invalid_grant" }, 503)],
  ["429", () => new Response(null, { status: 429 })],
  ["HTML", () => new Response("<h1>Maintenance", { headers: { "content-type": "text/html" } })],
  ["HTML with 403, as a firewall does", () => new Response("<h1>Forbidden", { status: 403 })],
  ["204", () => new Response(null, { status: 204 })],
  ["half a document", () => new Response('{"access_token": "abc')],
  ["a token that is a number", json({ access_token: 7, token_type: "Bearer" })],
  ["no type", json({ access_token: "a".repeat(40) })],
  ["a framework's 404", json({ timestamp: "2026", status: 404, error: "Not Found", path: "/token" }, 404)],
  ["a gateway's 403", json({ error: "Forbidden" }, 403)],
  ["a gateway's 401", json({ error: "Unauthorized" }, 401)],
  ["slow_down", json({ error: "slow_down" }, 400)],
  ["an error of its own", json({ error: "something_of_its_own" }, 400)],
  ["an error of its own with 200", json({ error: "maintenance" })],
];
test.each(troubles)(
  "a token endpoint in trouble (%s) ends no grant, and is left alone for a while",
  async (_, answer) => {
    const { ada, server, tools, row } = await connected();
    await endTokens(app, server.id);
    issuer.answers["/token"] = answer;
    const before = refreshes().length;

    const answers = [await tools(), await tools()];
    const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);
    const tried = refreshes().length - before;
    issuer.answers = {};
    await db
      .update(credentials)
      .set({ retryAt: new Date(0) })
      .where(eq(credentials.serverId, server.id));
    const later = await tools();

    for (const { status, code, body } of answers) {
      expect([status, code]).toEqual([502, "upstream_failed"]);
      expect(body.detail["stage"]).toBe("token");
    }
    expect(tried).toBe(1);
    expect(shown.body.connection).toBe("connected");
    expect(later.status).toBe(200);
    expect((await row())?.status).toBe("connected");
  },
);

test("a test in the meantime names the trouble, and drops nothing", async () => {
  const { ada, server, tools } = await connected();
  await endTokens(app, server.id);
  issuer.answers["/token"] = () => new Response("{}", { status: 500 });

  const { body } = await ada.post<Record<string, object>>(`mcp-servers/${server.id}/test`);
  issuer.answers = {};
  await db
    .update(credentials)
    .set({ retryAt: new Date(0) })
    .where(eq(credentials.serverId, server.id));

  expect(body["error"]).toMatchObject({ code: "upstream_failed", stage: "token" });
  expect(body).toMatchObject({ success: false, state: "READY", enabled: true });
  expect((await tools()).status).toBe(200);
});

describe("a clear no by the authorization server", () => {
  const ends: [error: string, reason: string, words: string][] = [
    ["invalid_grant", "refused", "no longer accepts your sign-in"],
    ["bad_refresh_token", "refused", "no longer accepts your sign-in"],
    ["unauthorized_client", "client_unknown", "no longer knows Switchyard"],
  ];
  for (const [error, reason, words] of ends)
    test(`(${error}) ends the grant, once, and asks for a new one from then on`, async () => {
      const { ada, server, tools, row } = await connected();
      await endTokens(app, server.id);
      issuer.answers["/token"] = json({ error, error_description: "canary" }, 400);
      const before = refreshes().length;

      const answers = await Promise.all([tools(), tools(), tools()]);
      answers.push(await tools());

      const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);
      const told = lines.filter((line) => line.includes("grant ended"));
      for (const { status, code, body } of answers) {
        expect([status, code]).toEqual([403, "member_auth_required"]);
        expect(body.detail).toMatchObject({ authorizeUrl: authorizeUrlOf(app, server), reason });
        expect(body.detail["message"]).toContain(words);
      }
      expect(refreshes().length - before).toBe(1);
      expect(shown.body).toMatchObject({ connection: "expired", state: "READY", enabled: true });
      expect(await pageOf(ada, server)).toContain(words);
      expect((await row())?.sealed).toBeNull();
      expect(told).toHaveLength(1);
      expect(await eventsOf(ada, "credential.ended")).toMatchObject([
        {
          actor: { memberId: null },
          target: { type: "server", id: server.id },
          details: { memberId: ada.memberId, reason },
        },
      ]);
      expect(lines.join()).not.toContain("canary");
    });

  test("about a client that it registered itself registers anew, once, at the next sign-in", async () => {
    const { ada, server, tools } = await connected();
    await endTokens(app, server.id);
    const before = issuer.asked.filter(({ path }) => path === "/register").length;
    issuer.answers["/token"] = json({ error: "invalid_client" }, 401);

    const refused = await tools();
    issuer.answers = {};
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
    expect(issuer.asked.filter(({ path }) => path === "/register").length - before).toBe(1);
    expect((await tools()).status).toBe(200);
  });

  test("about a client that an admin entered ends nothing: the admin mends it", async () => {
    const { server, tools, row, ada } = await connected({ clientId: "ours", clientSecret: "old-secret" });
    await endTokens(app, server.id);
    issuer.answers["/token"] = ({ form, authorization }) =>
      authorization === `Basic ${btoa("ours:new-secret")}`
        ? Response.json(issueTokens(issuer, form))
        : Response.json({ error: "invalid_client" }, { status: 401 });

    const refused = await tools();
    await ada.patch(`mcp-servers/${server.id}`, { oauth: { clientSecret: "new-secret" } });
    await db
      .update(credentials)
      .set({ retryAt: new Date(0) })
      .where(eq(credentials.serverId, server.id));
    const mended = await tools();

    expect([refused.status, refused.code]).toEqual([502, "upstream_failed"]);
    expect(refused.body.detail["message"]).toContain("the client that an admin entered");
    expect(mended.status).toBe(200);
    expect((await row())?.status).toBe("connected");
  });
});

describe("a token endpoint that refuses what we send", () => {
  const refusals: [error: string, status: number][] = [
    ["invalid_request", 400],
    ["invalid_scope", 400],
    ["invalid_target", 400],
    ["unsupported_grant_type", 400],
    ["invalid_target", 200],
  ];
  for (const [error, status] of refusals)
    test(`(${error} with ${status}) ends nothing: the member is told whose turn it is, and admins see it`, async () => {
      const { ada, bob, server, tools, row } = await connected();
      await endTokens(app, server.id);
      issuer.answers["/token"] = json({ error, error_description: "canary" }, status);
      const before = refreshes().length;

      const answers = [await tools(), await tools()];
      const again = async () => {
        await db
          .update(credentials)
          .set({ retryAt: new Date(0) })
          .where(eq(credentials.serverId, server.id));
        return tools();
      };
      answers.push(await again());

      const refused = await eventsOf(ada, "refresh.refused");
      const toAdmin = await pageOf(ada, server);
      const toMember = await pageOf(bob, server);
      issuer.answers = {};
      const mended = await again();
      for (const { code, body } of [answers[0]!, answers[2]!]) {
        expect(code).toBe("upstream_failed");
        expect(body.detail["message"]).toContain(`(${error}). You stay connected: ask an admin`);
      }
      expect(answers[1]?.code).toBe("upstream_failed");
      expect(refreshes().length - before).toBe(3);
      expect(refused).toMatchObject([{ target: { id: server.id }, details: { error } }]);
      expect(toAdmin).toContain("refuses to renew sign-ins");
      expect(toMember).not.toContain("refuses to renew sign-ins");
      expect(mended.status).toBe(200);
      expect(await row()).toMatchObject({ status: "connected", refusal: null });
      expect(await pageOf(ada, server)).not.toContain("refuses to renew sign-ins");
    });
});

describe("a server that refuses a token we thought good", () => {
  const refuseOld = () => issuer.tokens.clear();

  test("gets one refresh and one more try", async () => {
    const { server, tools, row } = await connected();
    const before = { refreshes: refreshes().length, connected: (await row())?.version };
    refuseOld();

    const answers = await Promise.all([tools(), tools(), tools()]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(refreshes().length - before.refreshes).toBe(1);
    expect((await row())?.version).toBe(before.connected);
    expect(server.id).toBePositive();
  });

  test("and the next one too ends in 403, with the grant kept and no further refresh", async () => {
    const { tools, row } = await connected();
    const before = refreshes().length;
    remote.refusal = '401 Bearer error="invalid_token"';

    const answers = [await tools(), await tools()];
    remote.refusal = null;

    expect(answers.map(({ code }) => code)).toEqual(["member_auth_required", "member_auth_required"]);
    expect(refreshes().length - before).toBe(1);
    expect((await row())?.status).toBe("connected");
    expect((await tools()).status).toBe(200);
  });

  test("without a refresh token asks the member, and drops nothing", async () => {
    issuer.answers["/token"] = ({ form }) =>
      Response.json({ ...issueTokens(issuer, form), refresh_token: null });
    const { tools, row } = await connected();
    remote.refusal = '401 Bearer error="invalid_token"';

    const refused = await tools();
    remote.refusal = null;

    expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
    expect((await row())?.status).toBe("connected");
    expect((await tools()).status).toBe(200);
  });
});

test("a token without a refresh token is over when it ends", async () => {
  issuer.answers["/token"] = ({ form }) =>
    Response.json({ ...issueTokens(issuer, form), refresh_token: null });
  const { server, tools, row } = await connected();
  await endTokens(app, server.id);

  const refused = await tools();

  expect([refused.status, refused.code]).toEqual([403, "member_auth_required"]);
  expect((await row())?.status).toBe("expired");
});

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, comeBack, endTokens } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople, type Person } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const old = startFakeAuthorizationServer();
const other = startFakeAuthorizationServer();
const remote = startFakeProtected(old, other);

afterEach(() => {
  remote.authorizationServers.splice(0, 9, old.issuer);
  remote.refusal = null;
});
afterAll(async () => {
  await remote.stop();
  await old.stop();
  await other.stop();
});

type Problem = { detail: Record<string, unknown> };

/** Ada and Bob are connected, and then the server names another authorization server. */
async function changed() {
  const people = await makePeople(app);
  const { ada, bob } = people;
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  for (const person of [ada, bob]) await authorize(app, person, authorizeUrlOf(app, server), old);
  remote.authorizationServers.splice(0, 9, other.issuer);
  old.tokens.clear();
  return { ...people, server, askedBefore: { old: old.asked.length, other: other.asked.length } };
}

const tools = (person: Person, server: McpServer) => person.get<Problem>(`mcp-servers/${server.id}/tools`);
const issuers = { issuer: other.issuer, previousIssuer: old.issuer };

describe("a server that names another authorization server than its members signed in at", () => {
  test("is paused at the first refusal, for everybody, and nothing is sent to the new one", async () => {
    const { ada, bob, server, askedBefore } = await changed();

    const answers = [
      await tools(ada, server),
      await tools(bob, server),
      await bob.get<Problem>(`mcp-servers/${server.id}/oauth/authorize`),
      await ada.post<Problem>(`mcp-servers/${server.id}/tools/count/call`, { arguments: {} }),
    ];
    const tested = await ada.post<{ error: object }>(`mcp-servers/${server.id}/test`);
    const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);

    for (const { status, code, body } of answers) {
      expect([status, code]).toEqual([409, "issuer_changed"]);
      expect(body.detail).toMatchObject(issuers);
    }
    expect(tested.body.error).toMatchObject({ code: "issuer_changed" });
    expect(shown.body).toMatchObject({ state: "READY", enabled: true, connection: "connected" });
    expect(shown.body.oauth).toMatchObject({ issuer: old.issuer, otherIssuer: other.issuer });
    expect({ old: old.asked.length, other: other.asked.length }).toEqual(askedBefore);
  });

  test("goes on once it names the old one again and somebody has looked", async () => {
    const { ada, server } = await changed();
    await tools(ada, server);

    remote.authorizationServers.splice(0, 9, old.issuer);
    await begin(app, ada, authorizeUrlOf(app, server));

    expect((await tools(ada, server)).status).toBe(200);
  });

  test("goes on with the new one once an admin has accepted that, and everybody signs in anew", async () => {
    const { ada, bob, server } = await changed();
    await tools(bob, server);
    const revoked = old.asked.filter(({ path }) => path === "/revoke").length;

    const accepted = await ada.patch<McpServer & { warnings: { code: string }[] }>(
      `mcp-servers/${server.id}`,
      {
        oauth: { issuer: other.issuer },
      },
    );
    const waiting = [await tools(ada, server), await tools(bob, server)];
    for (const person of [ada, bob]) await authorize(app, person, authorizeUrlOf(app, server), other);

    expect(accepted.body).toMatchObject({ state: "AUTHORIZE", enabled: false, connection: "not_connected" });
    expect(accepted.body.oauth).toMatchObject({ issuer: other.issuer, otherIssuer: null });
    expect(accepted.body.warnings.map(({ code }) => code)).toEqual(["authorize_again"]);
    expect(waiting.map(({ code }) => code)).toEqual(["member_auth_required", "member_auth_required"]);
    expect(old.asked.filter(({ path }) => path === "/revoke").length - revoked).toBe(4);
    expect([(await tools(ada, server)).status, (await tools(bob, server)).status]).toEqual([200, 200]);
    expect(other.asked.some(({ form }) => [...form.values()].some((value) => value.includes("canary")))).toBe(
      false,
    );
  });

  test("is nothing that a member accepts, nor an issuer that the metadata does not name", async () => {
    const { ada, bob, server } = await changed();
    await tools(ada, server);

    const byMember = await bob.patch(`mcp-servers/${server.id}`, { oauth: { issuer: other.issuer } });
    const elsewhere = await ada.patch(`mcp-servers/${server.id}`, {
      oauth: { issuer: "https://evil.example" },
    });

    expect([byMember.status, byMember.code]).toEqual([403, "insufficient_scope"]);
    expect([elsewhere.status, elsewhere.code]).toEqual([422, "invalid"]);
    expect((await tools(ada, server)).code).toBe("issuer_changed");
  });

  test("does not get the client that an admin entered for the old one", async () => {
    const { ada, server } = await changed();
    await ada.patch(`mcp-servers/${server.id}`, {
      oauth: { clientId: "by-hand", clientSecret: "s-canary", allowMissingPkceMetadata: true },
    });
    await tools(ada, server);

    const { body } = await ada.patch<McpServer>(`mcp-servers/${server.id}`, {
      oauth: { issuer: other.issuer },
    });
    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(body.oauth).toMatchObject({
      clientId: null,
      issuer: other.issuer,
      otherIssuer: null,
      hasClientSecret: false,
    });
    expect(location.searchParams.get("client_id")).toStartWith("client-");
  });
});

test("an authorization in flight ends at the issuer that it began at", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const { location, sessionCookie, flowCookie } = await begin(app, ada, authorizeUrlOf(app, server));
  const callback = await old.login(location.href);
  const before = { old: old.asked.length, other: other.asked.length };
  remote.authorizationServers.splice(0, 9, other.issuer);

  const answer = await comeBack(app, callback, sessionCookie, flowCookie);

  expect(answer.status).toBe(303);
  expect(old.asked.slice(before.old).map(({ path }) => path)).toEqual(["/token"]);
  expect(other.asked.length).toBe(before.other);
});

test("as long as the old one is listed, another beside it changes nothing", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  await authorize(app, ada, authorizeUrlOf(app, server), old);
  remote.authorizationServers.splice(0, 9, other.issuer, old.issuer);
  old.tokens.clear();

  expect((await tools(ada, server)).status).toBe(200);
});

test("metadata that cannot be had just now does not stop a refresh, which goes where the tokens came from", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  await authorize(app, ada, authorizeUrlOf(app, server), old);
  old.metadata = { issuer: "https://evil.example" };
  old.tokens.clear();

  const refused = await tools(ada, server);
  await endTokens(app, server.id);
  const ended = await tools(ada, server);

  old.metadata = {};
  expect([refused.status, ended.status]).toEqual([200, 200]);
});

test("an admin may say beforehand which of several it has to be", async () => {
  const { ada } = await makePeople(app);
  remote.authorizationServers.splice(0, 9, old.issuer, other.issuer);
  const { body: server } = await ada.post<McpServer>("mcp-servers", {
    url: remote.url,
    oauth: { issuer: other.issuer },
  });

  const { location } = await begin(app, ada, authorizeUrlOf(app, server));
  remote.authorizationServers.splice(0, 9, old.issuer);
  const elsewhere = await ada.get<Problem>(`mcp-servers/${server.id}/oauth/authorize`);

  expect(location.origin).toBe(other.issuer);
  expect([elsewhere.status, elsewhere.code]).toEqual([409, "issuer_changed"]);
});

import { afterAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, comeBack } from "#tests/support/authorizing.ts";
import { TEST_DATABASE_URL } from "#tests/support/database.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { holdTable } from "#tests/support/held-table.ts";
import { makePeople, makePerson, type Person } from "#tests/support/people.ts";

/*
 * Somebody connects in the very moment in which what they connect to, or they themselves, go. Only Postgres has such a
 * moment: the embedded database does one thing after another.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

const revoked = () => issuer.asked.filter(({ path }) => path === "/revoke").length;

/** Gus, connected to one server, and back from the sign-in of another, or of the same. */
async function returning() {
  const { ada } = await makePeople(app);
  const gus = await makePerson(app, { name: "Gus", role: "member", workspaceId: ada.workspaceId });
  const { body: one } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const { body: two } = await ada.post<McpServer>("mcp-servers", { url: `${remote.url}?two` });
  for (const person of [ada, gus]) await authorize(app, person, authorizeUrlOf(app, one), issuer);
  const comingBackTo = async (server: McpServer) => {
    const { location, flowCookie } = await begin(app, gus, authorizeUrlOf(app, server));
    const callback = await issuer.login(location.href);
    return () => comeBack(app, callback, flowCookie);
  };
  return { ada, gus, one, two, comingBackTo };
}

/**
 * Lets `end` go as far as to where it puts down what is to be revoked, and `comeBack` as far as it comes then.
 *
 * @returns the status of the callback
 */
async function inTheMidstOf(end: () => Promise<unknown>, comeBack: () => Promise<Response>): Promise<number> {
  const revocations = await holdTable(db, "revocations");
  const ending = end();
  await revocations.waiting(1);
  const connecting = comeBack();
  await Promise.race([revocations.waiting(2), connecting]);
  await revocations.letGo();
  await ending;
  return (await connecting).status;
}

/** The access token and the refresh token of a connection. */
const tokensEach = 2;

describe.skipIf(TEST_DATABASE_URL === undefined)("whoever connects while", () => {
  type End = (by: Person, of: Person, server: McpServer) => Promise<unknown>;
  type Ending = [what: string, end: End, connections: number];
  const endings: Ending[] = [
    ["a member is removed", (by, of) => by.delete(`members/${of.memberId}`), 2],
    [
      "the registration is cleared",
      (by, _, server) => by.post(`mcp-servers/${server.id}/disable?clear_registration=true`),
      3,
    ],
    ["the server is deleted", (by, _, server) => by.delete(`mcp-servers/${server.id}`), 3],
  ];
  for (const [what, end, connections] of endings)
    test(`${what} is not connected, and all tokens are revoked`, async () => {
      const { ada, gus, one, comingBackTo } = await returning();
      const before = revoked();
      const held = await db.$count(credentials, eq(credentials.memberId, gus.memberId));

      const status = await inTheMidstOf(() => end(ada, gus, one), await comingBackTo(one));

      expect([held, status]).toEqual([1, 404]);
      expect(await db.$count(credentials, eq(credentials.memberId, gus.memberId))).toBe(0);
      expect(revoked() - before).toBe(tokensEach * connections);
    });

  test("a member is removed is not connected to what they had no connection to either", async () => {
    const { ada, gus, two, comingBackTo } = await returning();
    const before = revoked();

    const status = await inTheMidstOf(() => ada.delete(`members/${gus.memberId}`), await comingBackTo(two));

    expect(status).toBe(404);
    expect(await db.$count(credentials, eq(credentials.memberId, gus.memberId))).toBe(0);
    expect(revoked() - before).toBe(tokensEach * 2);
  });
});

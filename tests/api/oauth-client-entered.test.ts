import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import type { AuditEvent } from "#src/services/audit-events.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, comeBack } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { nowhere } from "#tests/support/servers.ts";

/*
 * A client that an admin entered belongs to one issuer, and its secret to it.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const other = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer, other);

afterEach(() => {
  issuer.metadata = {};
  issuer.answers = {};
  remote.authorizationServers.splice(0, 9, issuer.issuer);
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
  await other.stop();
});

type Edited = McpServer & { warnings?: { code: string; message: string }[] };
type OAuth = Record<string, unknown>;

const clientA = { clientId: "A", clientSecret: "secret-of-A" };
const add = async (
  by: Person,
  more: { url?: string; authType?: string; discover?: boolean; oauth?: OAuth } = {},
) => (await by.post<Edited>("mcp-servers", { url: remote.url, ...more })).body;
const edit = (by: Person, { id }: McpServer, oauth: OAuth, more = {}) =>
  by.patch<Edited>(`mcp-servers/${id}`, { oauth, ...more });
const codes = ({ warnings }: Edited) => warnings?.map(({ code }) => code);
const asked = (path: string, of = issuer) => of.asked.filter((one) => one.path === path);
const proofs = (path: string) =>
  asked(path).map(({ authorization }) => atob((authorization ?? "").replace("Basic ", "")));

describe("another client in the place of the one that was entered", () => {
  /** Ada and Bob, signed in with client A. */
  async function signedIn() {
    const people = await makePeople(app);
    const server = await add(people.ada, { oauth: clientA });
    for (const person of [people.ada, people.bob])
      await authorize(app, person, authorizeUrlOf(app, server), issuer);
    return { ...people, server, revoked: asked("/revoke").length };
  }

  const edits: [what: string, edit: OAuth][] = [
    ["by one without a secret", { clientId: "B" }],
    ["by one with a secret", { clientId: "B", clientSecret: "secret-of-B" }],
    ["by none", { clientId: null }],
  ];
  test.each(edits)("%s: tokens are revoked with the old one, members are told", async (_, oauth) => {
    const { ada, bob, server, revoked } = await signedIn();

    const { status, body } = await edit(ada, server, oauth);
    const tools = await bob.get(`mcp-servers/${server.id}/tools`);

    expect([status, codes(body)]).toEqual([200, ["authorize_again"]]);
    expect(body.warnings?.[0]?.message).toContain("2 members have to sign in anew");
    expect(body).toMatchObject({ state: "AUTHORIZE", enabled: false, connection: "not_connected" });
    expect(body.oauth).toMatchObject({ issuer: issuer.issuer });
    // Two tokens of each of the two.
    expect(proofs("/revoke").slice(revoked)).toEqual(Array(4).fill("A:secret-of-A"));
    expect([tools.status, tools.code]).toEqual([403, "member_auth_required"]);
    expect(await app.deps.db.$count(credentials, eq(credentials.serverId, server.id))).toBe(0);
  });

  test("does not prove itself with the old one's secret", async () => {
    const { ada, server } = await signedIn();

    const { body } = await edit(ada, server, { clientId: "B" });
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    expect(body.oauth).toMatchObject({ clientId: "B", hasClientSecret: false });
    expect(asked("/token").at(-1)).toMatchObject({ authorization: null });
    expect(asked("/token").at(-1)?.form.get("client_id")).toBe("B");
  });

  test("has its own secret and way to prove itself, and the issuer's allowance stays", async () => {
    const { ada } = await makePeople(app);
    const server = await add(ada, {
      oauth: { ...clientA, tokenEndpointAuthMethod: "client_secret_post", allowMissingPkceMetadata: true },
    });

    const { body } = await edit(ada, server, { clientId: "B", clientSecret: "secret-of-B" });
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    expect(body.oauth).toMatchObject({ tokenEndpointAuthMethod: null, allowMissingPkceMetadata: true });
    expect(proofs("/token").at(-1)).toBe("B:secret-of-B");
  });

  test("ends what is in flight, whether the browser is back or not", async () => {
    const { ada, bob, server } = await signedIn();
    const begun = await begin(app, bob, authorizeUrlOf(app, server));
    const callback = await issuer.login(begun.location.href);
    const traded = await begin(app, ada, authorizeUrlOf(app, server));
    const back = await issuer.login(traded.location.href);
    issuer.answers["/token"] = async ({ form, authorization }) => {
      delete issuer.answers["/token"];
      await edit(ada, server, { clientId: "B" });
      const headers = { authorization: authorization ?? "" };
      return fetch(`${issuer.issuer}/token`, { method: "POST", body: form, headers });
    };

    const during = await comeBack(app, back, traded.sessionCookie, traded.flowCookie);
    const before = asked("/token").length;
    const late = await comeBack(app, callback, begun.sessionCookie, begun.flowCookie);

    expect([during.status, late.status]).toEqual([404, 404]);
    expect(asked("/token").length).toBe(before);
    expect(await app.deps.db.$count(credentials, eq(credentials.serverId, server.id))).toBe(0);
    expect(proofs("/revoke").slice(-3)).toEqual(["A:secret-of-A", "A:secret-of-A", "A:secret-of-A"]);
  });

  test.each([{ clientId: "A" }, { clientId: "A", clientSecret: "" }, { clientSecret: "renewed" }])(
    "is none that is the same, and nobody signs in anew: %o",
    async (oauth) => {
      const { ada, server } = await signedIn();

      const { body } = await edit(ada, server, oauth);

      expect(codes(body)).toEqual([]);
      expect(body).toMatchObject({ state: "READY", connection: "connected" });
      expect(body.oauth).toMatchObject({ clientId: "A", hasClientSecret: true });
    },
  );
});

describe("the issuer of a client that is entered", () => {
  const ways: [when: string, enter: (by: Person) => Promise<Edited>][] = [
    ["with the server", (by) => add(by, { oauth: clientA })],
    ["later", async (by) => (await edit(by, await add(by), clientA)).body],
    [
      "with a move to another origin",
      async (by) => {
        const server = await add(by, { url: nowhere(), authType: "oauth", discover: false });
        return (await edit(by, server, clientA, { url: remote.url })).body;
      },
    ],
  ];
  test.each(ways)(
    "is the one that the server names then, entered %s; another gets nothing",
    async (_, enter) => {
      const { ada } = await makePeople(app);
      const server = await enter(ada);
      remote.authorizationServers.splice(0, 9, other.issuer);

      const refused = await ada.get(`mcp-servers/${server.id}/oauth/authorize`);

      expect(server.oauth).toMatchObject({ clientId: "A", issuer: issuer.issuer });
      expect(server.warnings ?? []).not.toContainEqual(expect.objectContaining({ code: "issuer_unknown" }));
      expect([refused.status, refused.code]).toEqual([409, "issuer_changed"]);
      expect(other.asked).toEqual([]);
    },
  );

  test("is the one that an admin says, whichever the server names first", async () => {
    const { ada } = await makePeople(app);
    remote.authorizationServers.splice(0, 9, other.issuer, issuer.issuer);

    const server = await add(ada, { oauth: { ...clientA, issuer: issuer.issuer } });
    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(server.oauth?.issuer).toBe(issuer.issuer);
    expect(location.origin).toBe(issuer.issuer);
  });

  test("may still be chosen before anybody has signed in", async () => {
    const { ada } = await makePeople(app);
    remote.authorizationServers.splice(0, 9, other.issuer, issuer.issuer);
    const server = await add(ada, { oauth: clientA });

    const { body } = await edit(ada, server, { ...clientA, issuer: issuer.issuer });
    const { location } = await begin(app, ada, authorizeUrlOf(app, server));

    expect(server.oauth?.issuer).toBe(other.issuer);
    expect(body.oauth).toMatchObject({ clientId: "A", hasClientSecret: true, issuer: issuer.issuer });
    expect(location.origin).toBe(issuer.issuer);
  });

  const unknown: [when: string, enter: (by: Person) => Promise<Edited>][] = [
    ["the server is not looked at", (by) => add(by, { authType: "oauth", discover: false, oauth: clientA })],
    [
      "its metadata cannot be used when it is added",
      async (by) => {
        issuer.metadata = { issuer: "https://evil.example" };
        return await add(by, { oauth: clientA });
      },
    ],
    [
      "its metadata cannot be used when it is edited",
      async (by) => {
        const server = await add(by);
        issuer.metadata = { issuer: "https://evil.example" };
        return (await edit(by, server, clientA)).body;
      },
    ],
  ];
  test.each(unknown)(
    "is told to be open where %s, and pinned and put down at first use",
    async (_, enter) => {
      const { ada, bob } = await makePeople(app);
      const server = await enter(ada);
      issuer.metadata = {};

      for (const person of [bob, ada]) await begin(app, person, authorizeUrlOf(app, server));

      const { body } = await ada.get<McpServer>(`mcp-servers/${server.id}`);
      const events = (await ada.get<AuditEvent[]>("audit-events")).body.filter(
        ({ action }) => action === "server.registered",
      );
      expect(codes(server)).toEqual(["issuer_unknown"]);
      expect(server.oauth).toMatchObject({ clientId: "A", hasClientSecret: true, issuer: null });
      expect(body.oauth?.issuer).toBe(issuer.issuer);
      expect(events).toMatchObject([
        { actor: { name: "Bob" }, details: { registration: "manual", issuer: issuer.issuer } },
      ]);
    },
  );

  test("is nothing to warn of where no client is entered", async () => {
    const { ada } = await makePeople(app);

    const server = await add(ada, { discover: false, oauth: { scopes: ["x"] } });
    const { body } = await edit(ada, server, { scopes: ["y"] });

    expect(server).not.toHaveProperty("warnings");
    expect(codes(body)).toEqual([]);
  });
});

test("clearing the registration takes back what was allowed for the issuer, for a member as for an admin", async () => {
  for (const role of ["ada", "bob"] as const) {
    const people = await makePeople(app);
    issuer.metadata = { code_challenge_methods_supported: undefined };
    const server = await add(people.ada, { oauth: { ...clientA, allowMissingPkceMetadata: true } });
    await begin(app, people.ada, authorizeUrlOf(app, server));

    await people[role].post(`mcp-servers/${server.id}/disable?clear_registration=true`);
    const enabled = await people.ada.post(`mcp-servers/${server.id}/enable`);

    const { body } = await people.ada.get<McpServer>(`mcp-servers/${server.id}`);
    expect(body.oauth).toMatchObject({ clientId: null, allowMissingPkceMetadata: false });
    expect([enabled.status, enabled.code]).toEqual([422, "discovery_failed"]);
  }
});

import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import * as accounts from "#src/db/accounts.ts";
import { credentials } from "#src/db/schema.ts";
import { hashPassword } from "#src/services/passwords.ts";
import * as sessions from "#src/services/sessions.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const password = "correct horse battery";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** Somebody with a password, signed in in two browsers. */
async function somebody() {
  const { ada } = await makePeople(app);
  await accounts.update(app.deps.db, ada.account.id, { passwordHash: await hashPassword(password) });
  const other = await sessions.open(app.deps.db, ada.account.id, { cookie: null, userAgent: firefox });
  const { cookie } = await ada.signedIn();
  return {
    ada,
    here: browse(app, cookie),
    there: browse(app, `sy_session=${other.secret}`),
    thereId: other.idHash.slice(0, 16),
  };
}

test("the page tells who one is and where one is signed in", async () => {
  const { ada, here } = await somebody();

  const { html } = await here.get("/account");

  for (const words of [
    ada.account.email,
    "Firefox on Linux",
    "this one",
    "You are connected to no server yet.",
  ])
    expect(html).toContain(words);
});

test("a name is changed, for everybody who sees it", async () => {
  const { ada, here } = await somebody();

  const seen = await here.post("/account/profile", { name: "  Ada Lovelace " });

  expect([seen.status, seen.location]).toEqual([303, "/account"]);
  expect((await here.get(`/w/${ada.workspaceId}/members`)).html).toContain("Ada Lovelace");
});

test("a name that is none is refused beside its field", async () => {
  const { here } = await somebody();

  const seen = await here.post("/account/profile", { name: "x".repeat(81) });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain('id="name-error">A name has 1 to 80 characters.');
});

test("a changed password signs out every other browser", async () => {
  const { ada, here, there } = await somebody();

  const seen = await here.post("/account/password", { current: password, password: "another horse battery" });

  expect([seen.status, seen.location]).toEqual([303, "/account"]);
  expect((await here.get("/account")).status).toBe(200);
  expect((await there.get("/account")).status).toBe(302);
  const signIn = (guess: string) =>
    browse(app, null).post("/sign-in", { email: ada.account.email, password: guess });
  expect((await signIn(password)).status).toBe(422);
  expect((await signIn("another horse battery")).status).toBe(303);
});

test.each([
  [
    "a wrong password until now",
    { current: "a wrong guess", password: "another horse battery" },
    "This is not your password.",
  ],
  [
    "a new one that is too short",
    { current: password, password: "short" },
    "A password has 8 to 256 characters.",
  ],
])("%s changes nothing, and no password is shown", async (_, fields, words) => {
  const { here, there } = await somebody();

  const seen = await here.post("/account/password", fields);

  expect(seen.status).toBe(422);
  expect(seen.html).toContain(words);
  expect(seen.html).not.toContain(fields.password);
  expect((await there.get("/account")).status).toBe(200);
});

test("both passwords are looked at before either is refused", async () => {
  const { here } = await somebody();

  const seen = await here.post("/account/password", { current: "a wrong guess", password: "short" });

  expect(seen.html).toContain("This is not your password.");
  expect(seen.html).toContain("A password has 8 to 256 characters.");
});

test("guessing the password of a browser left open is limited", async () => {
  const limited = await testApp();
  const { ada } = await makePeople(limited);
  await accounts.update(limited.deps.db, ada.account.id, { passwordHash: await hashPassword(password) });
  const here = browse(limited, (await ada.signedIn()).cookie);

  const statuses = [];
  for (let n = 0; n < 11; n++)
    statuses.push(
      (await here.post("/account/password", { current: `guess ${n}`, password: "x".repeat(8) })).status,
    );

  expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
});

test("an account that came through a provider sets its first password", async () => {
  const { ada } = await makePeople(app);
  const here = browse(app, (await ada.signedIn()).cookie);

  const shown = await here.get("/account");
  const seen = await here.post("/account/password", { password });

  expect(shown.html).toContain("Set password");
  expect(shown.html).not.toContain('name="current"');
  expect(seen.status).toBe(303);
});

test("another browser is signed out, and so are all others at once", async () => {
  const one = await somebody();
  const all = await somebody();

  const ended = await one.here.post(`/account/sessions/${one.thereId}/end`);
  const endedAll = await all.here.post("/account/sessions/end-others");

  expect([ended.status, endedAll.status]).toEqual([303, 303]);
  for (const { here, there } of [one, all]) {
    expect((await there.get("/account")).status).toBe(302);
    expect((await here.get("/account")).status).toBe(200);
  }
});

test("nobody ends another's session", async () => {
  const [ada, eve] = [await somebody(), await somebody()];

  const seen = await eve.here.post(`/account/sessions/${ada.thereId}/end`);

  expect(seen.status).toBe(404);
  expect((await ada.there.get("/account")).status).toBe(200);
});

test("an API key has no account page", async () => {
  const { ada } = await somebody();

  const seen = await browse(app, null).get("/account", { authorization: `Bearer ${ada.key}` });

  expect(seen.status).toBe(403);
  expect(seen.html).toContain("an API key is not enough");
});

const upstream = startFakeMcpServer();
afterAll(() => upstream.stop());

/** What the person holds there has ended. */
const expire = (serverId: number) =>
  app.deps.db.update(credentials).set({ status: "expired" }).where(eq(credentials.serverId, serverId));

async function connected(person: Person, authType: "direct_auth" | "oauth" | "api_key"): Promise<number> {
  const { id } = await addServer(person, { url: nowhere(), authType, name: `By ${authType}` });
  const { workspaceId, memberId } = person;
  await app.deps.db.insert(credentials).values({ workspaceId, memberId, serverId: id, kind: authType });
  return id;
}

test("a connection is ended on the account's own page, and one comes back to it", async () => {
  const { ada, here } = await somebody();
  const server = await addReadyServer(ada, upstream.url, { name: "Linear" });
  await ada.post(`mcp-servers/${server.id}/credentials`);
  const action = `/w/${ada.workspaceId}/servers/${server.id}/disconnect`;

  const before = await here.get("/account");
  const ended = await here.post(action, { return_to: "/account" });
  const away = await here.post(action, { return_to: "https://evil.example.com" });

  expect(before.html).toContain(`action="${action}"`);
  expect(before.html).toContain('name="return_to" value="/account"');
  expect(before.html).toContain("Disconnect from Linear");
  expect([ended.location, ended.cookies["sy_notice"]]).toEqual(["/account", "disconnected_here"]);
  expect(away.location).toBe(`/w/${ada.workspaceId}/servers/${server.id}`);
  expect((await here.get("/account")).html).toContain("You are connected to no server yet.");
});

test("a connection that has ended is taken up again from there, each kind in its own way", async () => {
  const { ada, here } = await somebody();
  const [oauth, key] = [await connected(ada, "oauth"), await connected(ada, "api_key")];
  await expire(oauth);
  await expire(key);

  const { html } = await here.get("/account");

  expect(html).toContain(
    `href="/api/v2/w/${ada.workspaceId}/mcp-servers/${oauth}/oauth/authorize?return_to=%2Faccount"`,
  );
  expect(html).toContain(`href="/w/${ada.workspaceId}/servers/${key}#next"`);
});

test("a viewer, who may change no connection, is offered nothing", async () => {
  const { ada, vic } = await makePeople(app);
  const { id: serverId } = await addServer(ada, { url: nowhere(), name: "Held from before" });
  const { workspaceId, memberId } = vic;
  await app.deps.db.insert(credentials).values({ workspaceId, memberId, serverId, kind: "direct_auth" });

  const { html } = await browse(app, (await vic.signedIn()).cookie).get("/account");

  expect(html).toContain("Held from before");
  expect(html).not.toContain("Disconnect");
});

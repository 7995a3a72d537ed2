import { describe, expect, test } from "bun:test";
import * as installation from "#src/db/installation.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
await installation.complete(app.deps.db);
const { ada, bob, eve } = await makePeople(app);
const [asAda, asBob, asEve] = (await Promise.all([ada, bob, eve].map((person) => person.signedIn()))).map(
  ({ cookie }) => browse(app, cookie),
) as [ReturnType<typeof browse>, ReturnType<typeof browse>, ReturnType<typeof browse>];
const stranger = browse(app, null);
const inOurs = (path: string) => `/w/${ada.workspaceId}${path}`;

const everybodys = ["", "/members", "/api-keys", "/api-keys/new"].map(inOurs);
const admins = ["/members/invite", "/activity", "/settings"].map(inOurs);
const accounts = ["/account", "/workspaces/new"];
const adminForms = [
  "/members/invite",
  "/members/1/role",
  "/members/1/remove",
  "/members/invitations/1/delete",
  "/settings",
].map(inOurs);
const forms = [
  ...adminForms,
  ...["/api-keys/new", "/api-keys/1/revoke"].map(inOurs),
  "/account/profile",
  "/account/password",
  "/account/sessions/0/end",
  "/account/sessions/end-others",
  "/workspaces/new",
];

describe.each([...everybodys, ...admins, ...accounts])("%s", (path) => {
  test("asks whoever is not signed in to sign in, and to come back", async () => {
    const seen = await stranger.get(`${path}?cursor=a`);

    expect(seen.status).toBe(302);
    expect(seen.location).toBe(`/sign-in?return_to=${encodeURIComponent(`${path}?cursor=a`)}`);
  });

  test("is a page that nobody keeps", async () => {
    const seen = await asAda.get(path);

    expect([200, 303]).toContain(seen.status);
    expect(seen.headers.get("cache-control")).toBe("no-store");
    expect(seen.headers.get("content-security-policy")).not.toContain("unsafe");
  });
});

test.each([...everybodys, ...admins])("%s is not there for another workspace", async (path) => {
  const seen = await asEve.get(path);

  expect(seen.status).toBe(404);
  expect(seen.html).toContain("There is nothing here");
});

test.each(admins)("%s is for admins", async (path) => {
  const seen = await asBob.get(path);

  expect(seen.status).toBe(403);
  expect(seen.html).toContain("Only admins and owners");
});

describe.each(forms)("the form of %s", (path) => {
  test("changes nothing for another site", async () => {
    const { cookie } = await ada.signedIn();
    const forged = { origin: "https://evil.example", "sec-fetch-site": "cross-site", "hx-request": "true" };

    const seen = await browse(app, cookie).post(path, {}, forged);

    expect(seen.status).toBe(403);
    expect(seen.html).toContain("Nothing was changed");
  });

  test("sends whoever is not signed in back to the page it stood on", async () => {
    const referer = new URL(inOurs("/members"), app.deps.settings.publicUrl).href;

    const seen = await stranger.post(path, {}, { referer });

    expect([seen.status, seen.location]).toEqual([
      303,
      `/sign-in?return_to=${encodeURIComponent(inOurs("/members"))}`,
    ]);
  });
});

test.each(adminForms)("the form of %s is for admins", async (path) => {
  expect((await asBob.post(path)).status).toBe(403);
  expect((await asEve.post(path)).status).toBe(404);
});

test("a session that ended makes htmx leave the page, instead of showing a sign-in in it", async () => {
  const seen = await stranger.get(inOurs("/members"), {
    "hx-request": "true",
    referer: new URL(inOurs("/members"), app.deps.settings.publicUrl).href,
  });

  expect(seen.status).toBe(401);
  expect(seen.headers.get("hx-redirect")).toBe(
    `/sign-in?return_to=${encodeURIComponent(inOurs("/members"))}&why=expired`,
  );
});

describe("whose session has ended", () => {
  const dead = browse(app, "sy_session=dead");
  const referer = new URL(inOurs("/members"), app.deps.settings.publicUrl).href;
  const back = `/sign-in?return_to=${encodeURIComponent(inOurs("/members"))}`;

  test("is told so where they are to sign in, and a stranger is not", async () => {
    const looked = await dead.get(inOurs("/members"));
    const asked = await stranger.get(looked.location ?? "");
    const newcomer = await stranger.get(back);

    expect(looked.location).toBe(`${back}&why=expired`);
    expect(asked.html).toContain("You were signed out. Sign in to go on.");
    expect(newcomer.html).not.toContain("You were signed out");
  });

  test.each([
    ["with script", { "hx-request": "true" }],
    ["without", {}],
  ])("is told that what they sent did nothing, %s", async (_, headers) => {
    const sent = await dead.post(inOurs("/members/invite"), { role: "member" }, { referer, ...headers });
    const location = sent.location ?? sent.headers.get("hx-redirect") ?? "";
    const asked = await stranger.get(location);

    expect(location).toBe(`${back}&why=unsent`);
    expect(asked.html).toContain("Nothing was done with it.");
    expect(asked.html).toContain(`name="return_to" value="${inOurs("/members")}"`);
  });

  test("is told nothing that a link makes up", async () => {
    const asked = await stranger.get("/sign-in?why=%3Cb%3Eyour+password+is+needed");

    expect(asked.html).not.toContain("your password is needed");
    expect(asked.html).not.toContain("You were signed out");
  });
});

test("whoever is sent to authorize, but is not signed in, signs in and comes back; a program is told", async () => {
  const path = `/api/v2${inOurs("/mcp-servers/1/oauth/authorize")}?return_to=%2Faccount`;

  const person = await stranger.get(path);
  const program = await stranger.get(path, { accept: "application/json" });
  const elsewhere = await asEve.get(path);

  const signIn = new URL(`/sign-in?return_to=${encodeURIComponent(path)}`, app.deps.settings.publicUrl).href;
  expect([person.status, person.location]).toEqual([302, signIn]);
  expect([program.status, JSON.parse(program.html).detail.code]).toEqual([401, "not_authenticated"]);
  expect([elsewhere.status, elsewhere.html]).toEqual([404, expect.stringContaining("There is nothing here")]);
});

test("a referer of another site leads nowhere", async () => {
  const seen = await stranger.post(
    "/account/profile",
    {},
    { referer: "https://evil.example//evil.example/x" },
  );

  expect(seen.location).toBe("/sign-in");
});

test("the first page is that of the workspace last looked at, or the first", async () => {
  const { cookie } = await ada.signedIn();
  const made = await browse(app, cookie).post("/workspaces/new", { name: "Another" });
  const another = made.location ?? "";

  const first = await browse(app, cookie).get("/");
  const last = await browse(app, `${cookie}; sy_workspace=${another.split("/")[2]}`).get("/");
  const foreign = await browse(app, `${cookie}; sy_workspace=${eve.workspaceId}`).get("/");

  expect(first.location).toBe(inOurs("/servers"));
  expect(last.location).toBe(another);
  expect(foreign.location).toBe(inOurs("/servers"));
});

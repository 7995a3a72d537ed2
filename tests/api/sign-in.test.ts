import { afterAll, expect, test } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import * as identities from "#src/db/identities.ts";
import * as installation from "#src/db/installation.ts";
import { hashPassword } from "#src/services/passwords.ts";
import { testApp } from "#tests/support/app.ts";
import { callerOf, makePeople } from "#tests/support/people.ts";
import { startOpenIdProvider } from "#tests/support/openid-provider.ts";
import { visitorOf } from "#tests/support/visitor.ts";

const origin = "http://127.0.0.1:3000";
const provider = await startOpenIdProvider();
afterAll(provider.stop);

// Every test signs in from the same address.
const app = await testApp({
  RATE_LIMIT: "0",
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: provider.clientId,
  OIDC_CLIENT_SECRET: provider.clientSecret,
  GOOGLE_CLIENT_ID: "google",
  GOOGLE_CLIENT_SECRET: "secret",
});
await installation.complete(app.deps.db);
const people = await makePeople(app);

/** A browser, and how a person goes through it from the button to where the provider sends them. */
function browser() {
  const visitor = visitorOf(app);
  return {
    ...visitor,
    async signIn(as: string, query = "", headers: Record<string, string> = {}): Promise<string> {
      const begun = await visitor.open(`/api/v2/session/oidc/authorize${query}`, headers);
      expect(begun.status).toBe(302);
      return (await provider.login(begun.headers.get("location") ?? "", { as })).href;
    },
    me: async () =>
      (await (await visitor.open("/api/v2/me")).json()) as { account?: { id: number; email: string } },
  };
}

const errorIn = async (response: Response) =>
  [response.status, ((await response.json()) as { detail: { code: string } }).detail.code] as const;

/** Somebody whom the provider knows by an address, and we do not. */
function stranger(about: { email_verified?: boolean; name?: string } = {}) {
  const sub = crypto.randomUUID();
  const email = `${sub}@example.com`;
  provider.people[sub] = { email, email_verified: true, name: "Stella Stranger", ...about };
  return { sub, email };
}

/** An account with the stranger's address. */
async function accountOf(email: string, password: string | null = null, emailVerifiedAt: Date | null = null) {
  const passwordHash = password === null ? null : await hashPassword(password);
  const account = await accounts.insert(app.deps.db, {
    email,
    name: "Stella",
    passwordHash,
    emailVerifiedAt,
  });
  if (!account) throw new Error("There is one already.");
  return account;
}

async function invitationFor(email?: string): Promise<string> {
  const { body } = await people.ada.post<{ url: string }>("invitations", {
    role: "member",
    ...(email ? { email } : {}),
  });
  return body.url.split("/").at(-1) ?? "";
}

test("the list of providers is public, and its links are absolute", async () => {
  const answer = await callerOf(app, "", {}).get("/api/v2/session/providers");

  expect(answer.body).toEqual([
    { id: "google", name: "Google", authorizeUrl: `${origin}/api/v2/session/google/authorize` },
    {
      id: "oidc",
      name: new URL(provider.issuer).host,
      authorizeUrl: `${origin}/api/v2/session/oidc/authorize`,
    },
  ]);
});

test("an account is found by its verified address, whatever its case, and by the identity from then on", async () => {
  const { sub, email } = stranger();
  const account = await accountOf(email.toUpperCase());
  const first = browser();

  const answer = await first.open(await first.signIn(sub, "?return_to=/account"));
  provider.people[sub] = { email: "moved@example.com", email_verified: false };
  const later = browser();
  const again = await later.open(await later.signIn(sub));

  expect([answer.status, answer.headers.get("location")]).toEqual([303, `${origin}/account`]);
  expect((await first.me()).account?.id).toBe(account.id);
  expect([again.status, again.headers.get("location")]).toEqual([303, `${origin}/`]);
  expect((await later.me()).account?.id).toBe(account.id);
});

test("the session is new, and the one that the browser had before is over", async () => {
  const { sub, email } = stranger();
  await accountOf(email);
  const here = browser();
  await here.open(await here.signIn(sub));
  const before = here.cookies.get("sy_session") ?? "";

  await here.open(await here.signIn(sub));

  expect(here.cookies.get("sy_session")).not.toBe(before);
  const old = callerOf(app, "", { cookie: `sy_session=${before}` });
  expect((await old.get("/api/v2/me")).status).toBe(401);
});

test("an address that the provider does not vouch for leads nowhere", async () => {
  const { sub, email } = stranger({ email_verified: false });
  await accountOf(email);
  const here = browser();

  const answer = await here.open(await here.signIn(sub));

  expect(await errorIn(answer)).toEqual([403, "email_not_verified"]);
  expect(here.cookies.has("sy_session")).toBe(false);
});

test("a stranger is told to ask for an invitation, and no account is made", async () => {
  const { sub, email } = stranger();
  const here = browser();

  const answer = await here.open(await here.signIn(sub));

  expect(await errorIn(answer)).toEqual([403, "invitation_required"]);
  expect(await accounts.findByEmail(app.deps.db, email)).toBeUndefined();
});

test("a person meets a page in the place of the error, with a way on", async () => {
  const { sub } = stranger();
  const here = browser();

  const answer = await here.open(await here.signIn(sub), { accept: "text/html" });

  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain("Ask somebody of the workspace to invite you");
});

test("with an invitation a stranger gets an account and a place in the workspace", async () => {
  const { sub, email } = stranger();
  const token = await invitationFor(email.toUpperCase());
  const here = browser();

  const answer = await here.open(await here.signIn(sub, `?invitation=${token}`));

  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    `${origin}/w/${people.ada.workspaceId}/servers`,
  ]);
  expect(await here.me()).toMatchObject({
    account: { email, name: "Stella Stranger" },
    workspaces: [{ uuid: people.ada.workspaceId, role: "member" }],
  });
  const used = await callerOf(app, "", {}).post(`/api/v2/invitations/${token}/accept`, {
    email: "other@example.com",
    name: "Other",
    password: "correct horse",
  });
  expect(used.status).toBe(404);
});

test("an invitation for another address is refused, and neither used up nor half accepted", async () => {
  const { sub, email } = stranger();
  const token = await invitationFor("somebody@example.com");
  const here = browser();

  const answer = await here.open(await here.signIn(sub, `?invitation=${token}`));

  expect(await errorIn(answer)).toEqual([422, "invalid"]);
  expect(await accounts.findByEmail(app.deps.db, email)).toBeUndefined();
  expect(
    await identities.findAccount(app.deps.db, { provider: "oidc", subject: `${provider.issuer}#${sub}` }),
  ).toBeUndefined();
  expect((await browser().open(`/invitations/${token}`, { accept: "text/html" })).status).toBe(200);
});

test("an invitation that was used while the person was away is none", async () => {
  const { sub } = stranger();
  const token = await invitationFor();
  const here = browser();
  const answered = await here.signIn(sub, `?invitation=${token}`);
  const other = stranger();
  const there = browser();
  await there.open(await there.signIn(other.sub, `?invitation=${token}`));

  const answer = await here.open(answered);

  expect(await errorIn(answer)).toEqual([403, "invitation_required"]);
  expect(await errorIn(await here.open(`/api/v2/session/oidc/authorize?invitation=${token}`))).toEqual([
    404,
    "not_found",
  ]);
});

test("whoever has an account is asked whether they want to join", async () => {
  const { sub, email } = stranger();
  await accountOf(email);
  const token = await invitationFor();
  const here = browser();

  const answer = await here.open(await here.signIn(sub, `?invitation=${token}`));

  expect(answer.headers.get("location")).toBe(`${origin}/invitations/${token}`);
  expect(await here.me()).toMatchObject({ workspaces: [] });
});

test("a link on another site or in a message accepts no invitation: the page that asks does", async () => {
  const token = await invitationFor();

  for (const site of ["cross-site", "same-site", "none"]) {
    const answer = await browser().open(`/api/v2/session/oidc/authorize?invitation=${token}`, {
      "sec-fetch-site": site,
    });

    expect([answer.status, answer.headers.get("location")]).toEqual([302, `${origin}/invitations/${token}`]);
  }
});

test("an address that somebody typed for an account with a password does not let its owner into that account", async () => {
  const { sub, email } = stranger();
  await accountOf(email, "the squatter's password");
  const here = browser();

  const answer = await here.open(await here.signIn(sub));

  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    `${origin}/sign-in?return_to=%2Faccount`,
  ]);
  expect(here.cookies.has("sy_session")).toBe(false);
  expect(await (await here.open("/sign-in")).text()).toContain(
    "There is an account with your e-mail address",
  );
});

test("whoever proves that account's password adds the provider to it, and is let in by both", async () => {
  const { sub, email } = stranger();
  const account = await accountOf(email, "correct horse");
  const here = browser();
  await here.signInAs(account.id);

  const answer = await here.open(await here.signIn(sub, "?link=true", { "sec-fetch-site": "same-origin" }));
  const later = browser();
  await later.open(await later.signIn(sub));

  expect([answer.status, answer.headers.get("location")]).toEqual([303, `${origin}/account`]);
  expect((await later.me()).account?.id).toBe(account.id);
  expect((await accounts.find(app.deps.db, account.id))?.emailVerifiedAt).toBeDate();
});

test("any identity can be added from within, but it vouches for no other address", async () => {
  const { sub } = stranger({ email_verified: false });
  const account = await accountOf(`${crypto.randomUUID()}@example.com`, "correct horse");
  const here = browser();
  await here.signInAs(account.id);

  await here.open(await here.signIn(sub, "?link=true", { referer: `${origin}/account` }));

  const later = browser();
  await later.open(await later.signIn(sub));
  expect((await later.me()).account?.id).toBe(account.id);
  expect((await accounts.find(app.deps.db, account.id))?.emailVerifiedAt).toBeNull();
});

test("an identity belongs to one account", async () => {
  const { sub, email } = stranger();
  const owner = await accountOf(email);
  const first = browser();
  await first.open(await first.signIn(sub));
  const here = browser();
  await here.signInAs((await accountOf(`${crypto.randomUUID()}@example.com`)).id);

  const answer = await here.open(await here.signIn(sub, "?link=true", { "sec-fetch-site": "same-origin" }));

  expect(await errorIn(answer)).toEqual([409, "conflict"]);
  await first.open(await first.signIn(sub));
  expect((await first.me()).account?.id).toBe(owner.id);
});

test("only a page of ours adds an identity, and only for who is signed in", async () => {
  const here = browser();
  await here.signInAs((await accountOf(`${crypto.randomUUID()}@example.com`)).id);
  const link = "/api/v2/session/oidc/authorize?link=true";

  for (const headers of [
    {},
    { "sec-fetch-site": "cross-site", referer: `${origin}/account` },
    { "sec-fetch-site": "none" },
    { referer: "https://evil.example/" },
  ]) {
    const answer = await here.open(link, headers);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, `${origin}/account`]);
  }
  const signedOut = await browser().open(link, { "sec-fetch-site": "same-origin" });
  expect(await errorIn(signedOut)).toEqual([401, "not_authenticated"]);
});

test("whoever signs in as somebody else meanwhile adds nothing to that account", async () => {
  const { sub } = stranger();
  const here = browser();
  await here.signInAs((await accountOf(`${crypto.randomUUID()}@example.com`)).id);
  const callback = await here.signIn(sub, "?link=true", { "sec-fetch-site": "same-origin" });
  const other = await accountOf(`${crypto.randomUUID()}@example.com`);
  await here.signInAs(other.id);

  const answer = await here.open(callback);

  expect(await errorIn(answer)).toEqual([400, "sign_in_failed"]);
  expect(await identities.ofAccount(app.deps.db, other.id)).toEqual([]);
});

test("an account with a password whose address was verified is linked, and keeps its password", async () => {
  const { sub, email } = stranger();
  const account = await accountOf(email, "correct horse", new Date());
  const here = browser();

  await here.open(await here.signIn(sub));
  const byPassword = await callerOf(app, "", {}).post("/api/v2/session", {
    email,
    password: "correct horse",
  });

  expect((await here.me()).account?.id).toBe(account.id);
  expect(byPassword.status).toBe(200);
});

test("before the set-up nobody signs in, and nothing is asked of the provider", async () => {
  const fresh = await testApp({
    OIDC_ISSUER: "http://127.0.0.1:1",
    OIDC_CLIENT_ID: "a",
    OIDC_CLIENT_SECRET: "b",
  });

  const answer = await callerOf(fresh, "", {}).get("/api/v2/session/oidc/authorize");

  expect([answer.status, answer.code]).toEqual([409, "conflict"]);
});

test("a provider that was not set up is not there", async () => {
  const answer = await callerOf(app, "", {}).get("/api/v2/session/github/authorize");

  expect([answer.status, answer.code]).toEqual([404, "not_found"]);
});

test("sign-ins are limited by address, both their beginnings and their ends", async () => {
  const limited = await testApp({ GOOGLE_CLIENT_ID: "a", GOOGLE_CLIENT_SECRET: "b" });
  await installation.complete(limited.deps.db);
  const caller = callerOf(limited, "", {});

  const statuses = [];
  for (let n = 0; n < 16; n += 1) {
    statuses.push((await caller.get("/api/v2/session/google/authorize")).status);
    statuses.push((await caller.get("/api/v2/session/google/callback?state=x&code=y")).status);
  }

  expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 15 }, () => [302, 400]).flat());
  expect(statuses.slice(30)).toEqual([429, 429]);
});

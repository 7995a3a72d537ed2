import { expect, test } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import * as identities from "#src/db/identities.ts";
import * as installation from "#src/db/installation.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({
  RATE_LIMIT: "0",
  GITHUB_CLIENT_ID: "a",
  GITHUB_CLIENT_SECRET: "b",
  GOOGLE_CLIENT_ID: "c",
  GOOGLE_CLIENT_SECRET: "d",
});
await installation.complete(app.deps.db);
const { db } = app.deps;
const origin = "http://127.0.0.1:3000";

/** Somebody without a password, who signs in with these. */
async function somebody(...providers: string[]) {
  const { ada } = await makePeople(app);
  const made = providers.map((provider) => ({
    provider,
    subject: crypto.randomUUID(),
    email: "<b>ada</b>@example.com",
  }));
  for (const identity of made) await identities.insert(db, { ...identity, accountId: ada.account.id });
  return { ada, here: browse(app, (await ada.signedIn()).cookie), made };
}

test("the sign-in offers every provider, and each takes along where to go afterwards", async () => {
  const { html } = await browse(app, null).get("/sign-in?return_to=/account");

  for (const [id, name] of [
    ["github", "GitHub"],
    ["google", "Google"],
  ])
    expect(html).toContain(
      `<a class="button" href="${origin}/api/v2/session/${id}/authorize?return_to=%2Faccount">Continue with <bdi>${name}</bdi></a>`,
    );
});

test("an invitation offers them to whoever is not signed in", async () => {
  const { ada } = await somebody();
  const { body } = await ada.post<{ url: string }>("invitations", { role: "member" });
  const { pathname } = new URL(body.url);
  const token = pathname.split("/").at(-1);

  const stranger = await browse(app, null).get(pathname);
  const member = await browse(app, (await ada.signedIn()).cookie).get(pathname);

  expect(stranger.html).toContain(
    `/api/v2/session/google/authorize?invitation=${token}">Join with <bdi>Google</bdi>`,
  );
  expect(member.html).not.toContain("Join with");
});

test("the account tells what it is signed in to with, as text, and what can be added", async () => {
  const { here } = await somebody("google");

  const { html } = await here.get("/account");

  expect(html).toContain("&lt;b>ada&lt;/b>@example.com");
  expect(html).toContain("/api/v2/session/github/authorize?link=true");
});

test("without any provider the pages say nothing of them", async () => {
  const plain = await testApp();
  await installation.complete(plain.deps.db);
  const { ada } = await makePeople(plain);

  const account = await browse(plain, (await ada.signedIn()).cookie).get("/account");
  const signIn = await browse(plain, null).get("/sign-in");

  expect(account.html).not.toContain("Other ways to sign in");
  expect(signIn.html).not.toContain("Continue with");
});

test("one of several ways can be removed, and the last one only where there is a password", async () => {
  const { ada, here, made } = await somebody("google", "github");
  const [first, last] = made.map(({ provider, subject }) => ({ provider, subject }));

  const removed = await here.post("/account/identities/remove", first);
  const refused = await here.post("/account/identities/remove", last);
  await accounts.update(db, ada.account.id, { passwordHash: "a hash" });
  const allowed = await here.post("/account/identities/remove", last);

  expect([removed.status, removed.location]).toEqual([303, "/account"]);
  expect(refused.status).toBe(409);
  expect(refused.html).toContain("This is the only way you sign in.");
  expect(allowed.status).toBe(303);
  expect(await identities.ofAccount(db, ada.account.id)).toEqual([]);
});

test("of two who remove the last two ways at once, one is refused", async () => {
  const { ada, here, made } = await somebody("google", "github");

  const answers = await Promise.all(
    made.map(({ provider, subject }) => here.post("/account/identities/remove", { provider, subject })),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  expect(await identities.ofAccount(db, ada.account.id)).toHaveLength(1);
});

test("somebody else's way to sign in is not there", async () => {
  const { made } = await somebody("google", "github");
  const { here } = await somebody("google");
  const [theirs] = made.map(({ provider, subject }) => ({ provider, subject }));

  const seen = await here.post("/account/identities/remove", theirs);
  const foreign = await here.post("/account/identities/remove", theirs, { origin: "https://evil.example" });

  expect([seen.status, foreign.status]).toEqual([404, 403]);
});

import { afterAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import * as accounts from "#src/db/accounts.ts";
import * as installation from "#src/db/installation.ts";
import type { NewInvitation } from "#src/services/invitations.ts";
import { hashPassword } from "#src/services/passwords.ts";
import { forms, listeningApp, type Look, openBrowser, story } from "#tests/support/browser.ts";
import { startOpenIdProvider } from "#tests/support/openid-provider.ts";
import { makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const provider = await startOpenIdProvider();
afterAll(provider.stop);
const app = await listeningApp({
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: provider.clientId,
  OIDC_CLIENT_SECRET: provider.clientSecret,
});
await installation.complete(app.deps.db);
const { ada } = await makePeople(app);
const { host } = new URL(provider.issuer);
const password = "correct horse battery";

/** Somebody whom the provider knows. @returns the name to log in with there */
function known(email: string, name: string): string {
  const login = crypto.randomUUID();
  provider.people[login] = { email, email_verified: true, name };
  return login;
}

/** A browser to which the font of the provider's pages, which is on the internet, is an empty one. */
async function visitor(look: Look = {}) {
  const made = await visit(app, look);
  await made.context.route(/fonts\.googleapis\.com/, (route) =>
    route.fulfill({ contentType: "text/css", body: "" }),
  );
  return made;
}

/** On the provider's own pages. */
async function logIn(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

for (const look of ["wide", "scriptless"] as const) {
  story(`somebody signs in with a provider and comes back to where they wanted to be, ${look}`, async () => {
    const { page, go } = await visitor(forms[look]);
    await go("/account");

    await page.getByRole("link", { name: `Continue with ${host}` }).click();
    await logIn(page, known(ada.account.email, "Ada"));

    await page.waitForURL("**/account");
    expect(await page.locator("main").innerText()).toContain(ada.account.email);
  });
}

story("somebody who was invited joins with a provider, and has an account from then on", async () => {
  const { body } = await ada.post<NewInvitation>("invitations", { role: "viewer" });
  const { page, go } = await visitor();
  await go(new URL(body.url).pathname);

  await page.getByRole("link", { name: `Join with ${host}` }).click();
  await logIn(page, known("grace@example.com", "Grace Hopper"));

  await page.waitForURL(`**/w/${ada.workspaceId}/**`);
  expect(await page.locator("#live").innerText()).toContain("Welcome");
});

story("an account that somebody made with a password gets its provider from within", async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  await accounts.insert(app.deps.db, { email, name: "Lin", passwordHash: await hashPassword(password) });
  const { page, go } = await visitor();
  await go("/sign-in");
  await page.getByRole("link", { name: `Continue with ${host}` }).click();
  await logIn(page, known(email, "Lin"));

  await page.waitForURL("**/sign-in?**");
  expect(await page.locator("#live").innerText()).toContain("There is an account with your e-mail address");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/account");
  await page.getByRole("link", { name: `Add ${host}` }).click();
  // The provider still knows them, and asks no more than whether they want to.
  await page.getByRole("button", { name: "Continue" }).click();

  await page.waitForURL("**/account");
  const row = page.getByRole("row", { name: host });
  expect(await row.innerText()).toContain(email);
  await row.getByRole("button", { name: "Remove" }).click();
  await row.waitFor({ state: "detached" });
});

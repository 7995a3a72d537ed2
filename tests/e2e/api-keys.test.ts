import { expect } from "bun:test";
import { barriers, listeningApp, openBrowser, picture, story } from "#tests/support/browser.ts";
import { bearer, makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();

story.each([
  ["with", true],
  ["without", false],
])("a key is made, shown once, used by a program and deleted, %s script", async (_, hasScript) => {
  const people = await makePeople(app);
  const { page, go, signIn } = await visit(app, { hasScript });
  await signIn((await people.bob.signedIn()).cookie);
  const ask = (key: string) => fetch(`${app.origin}/api/v2/me`, { headers: bearer(key) });

  await go(`/w/${people.bob.workspaceId}/api-keys`);
  await page.getByRole("link", { name: "New key" }).click();
  expect(await page.getByRole("radio", { name: "Administer" }).count()).toBe(0);
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("radio", { name: "Look" }).check();
  await page.getByLabel("It works for").selectOption("30 days");
  await page.getByRole("button", { name: "Make key" }).click();
  const key = await page.getByLabel("Key", { exact: true }).inputValue();
  if (hasScript) {
    await picture(page, "api-key-made-wide");
    expect(await barriers(page)).toEqual([]);
  }

  const answer = await ask(key);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ workspaces: [{ scopes: ["apps:read"] }] });

  await page.reload();
  expect(await page.getByLabel("Key", { exact: true }).count()).toBe(0);
  expect(await page.content()).not.toContain(key);

  await page.getByRole("button", { name: "Revoke Nightly report" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await page.getByText("The key is revoked.").waitFor();
  expect((await ask(key)).status).toBe(401);
});

story("a key without a name is refused where it stands, with all else kept", async () => {
  const people = await makePeople(app);
  const { page, go, signIn } = await visit(app);
  await signIn((await people.ada.signedIn()).cookie);

  await go(`/w/${people.ada.workspaceId}/api-keys/new`);
  // Only white space: the browser's own check lets that pass.
  await page.getByLabel("Name").fill("   ");
  await page.getByRole("radio", { name: "Use" }).check();
  await page.getByLabel("It works for").selectOption("No end");
  await page.getByRole("button", { name: "Make key" }).click();

  await page.getByText("A name has 1 to 80 characters.").waitFor();
  await picture(page, "api-key-refused-wide");
  expect(await barriers(page)).toEqual([]);
  expect(await page.getByRole("radio", { name: "Use" }).isChecked()).toBeTrue();
  expect(await page.getByLabel("It works for").inputValue()).toBe("");
  expect(await page.getByLabel("Name").evaluate((element) => element === document.activeElement)).toBeTrue();
});

import { expect } from "bun:test";
import * as installation from "#src/db/installation.ts";
import { credentials, servers } from "#src/db/schema.ts";
import {
  barriers,
  forms,
  listeningApp,
  openBrowser,
  overflows,
  picture,
  story,
} from "#tests/support/browser.ts";
import { makePeople, type Person } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();
await installation.complete(app.deps.db);

/** Two servers that somebody is connected to, one of which asks for them again. */
async function connect({ workspaceId, memberId }: Person) {
  for (const [name, status] of [
    ["Linear", "connected"],
    ["A server with quite a long name, as some people like to give them", "expired"],
  ] as const) {
    const url = `https://${crypto.randomUUID()}.example.com/mcp`;
    const [server] = await app.deps.db
      .insert(servers)
      .values({ workspaceId, name, url, authType: "direct_auth" })
      .returning();
    await app.deps.db
      .insert(credentials)
      .values({ workspaceId, serverId: server?.id ?? 0, memberId, kind: "direct_auth", status });
  }
}

story.each([
  ["wide", forms.wide],
  ["narrow", forms.narrow],
  ["dark", forms.dark],
])("an account with connections and other browsers has no barrier, %s", async (form, look) => {
  const { ada } = await makePeople(app);
  await connect(ada);
  await ada.signedIn();
  const { page, go, signIn } = await visit(app, look);
  await signIn((await ada.signedIn()).cookie);

  await go("/account");

  await picture(page, `account-full-${form}`);
  expect(await page.getByRole("link", { name: "Linear" }).count()).toBe(1);
  expect(await overflows(page)).toBeFalse();
  expect(await barriers(page)).toEqual([]);
});

story(
  "a browser that was signed out elsewhere asks to sign in with its next press, and comes back",
  async () => {
    const { ada } = await makePeople(app);
    const cookies = [(await ada.signedIn()).cookie, (await ada.signedIn()).cookie];
    const [here, there] = [await visit(app), await visit(app)];
    await here.signIn(cookies[0] ?? "");
    await there.signIn(cookies[1] ?? "");
    await there.go(`/w/${ada.workspaceId}/members`);

    await here.go("/account");
    await here.page.getByRole("button", { name: "Sign out everywhere else" }).click();
    await here.page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await here.page.getByText("Every other browser is signed out.").waitFor();
    expect(await here.page.getByRole("row").count()).toBe(2);

    await there.page.getByRole("button", { name: "Remove Bob" }).click();
    await there.page.getByRole("dialog").getByRole("button", { name: "Remove member" }).click();
    await there.page.waitForURL((url) => url.pathname === "/sign-in" && url.search.includes("members"));
    await there.page.getByText("You were signed out before what you sent arrived.").waitFor();
    await picture(there.page, "signed-out-elsewhere-wide");
  },
);

story("a name is changed, and the page around says so too", async () => {
  const { ada } = await makePeople(app);
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);

  await go("/account");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Change name" }).click();

  await page.getByText("Your name is changed.").waitFor();
  expect(await page.locator("summary", { hasText: "Ada Lovelace" }).count()).toBe(1);
});

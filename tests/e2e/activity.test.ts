import { expect } from "bun:test";
import { barriers, listeningApp, openBrowser, picture, story } from "#tests/support/browser.ts";
import { makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();

story.each([
  ["with", true],
  ["without", false],
])(
  "the activity is narrowed in the URL, reloads as it is, and goes back, %s script",
  async (_, hasScript) => {
    const { ada, bob } = await makePeople(app);
    await bob.post("api-keys", { name: "Nightly report", scopes: ["apps:read"] });
    await ada.post("invitations", { role: "viewer", email: "grace@example.com" });
    const { page, go, signIn } = await visit(app, { hasScript });
    await signIn((await ada.signedIn()).cookie);
    const path = `/w/${ada.workspaceId}/activity`;

    await go(`/w/${ada.workspaceId}/members`);
    await go(path);
    await page.getByLabel("By").selectOption("Bob");
    if (!hasScript) await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL((url) => url.searchParams.get("memberId") === String(bob.memberId));
    await page.getByText("grace@example.com").waitFor({ state: "detached" });
    expect(await page.getByRole("listitem").filter({ hasText: "Nightly report" }).count()).toBe(1);
    if (hasScript) {
      expect(new URL(page.url()).search).toBe(`?memberId=${bob.memberId}`);
      await picture(page, "activity-filtered-wide");
      expect(await barriers(page)).toEqual([]);
    }

    await page.reload();
    expect(await page.getByText("grace@example.com").count()).toBe(0);
    expect(await page.getByLabel("By").inputValue()).toBe(String(bob.memberId));

    await page.goBack();
    if (!hasScript) await page.goBack();
    await page.getByRole("heading", { name: "Members" }).waitFor();
  },
);

import { expect } from "bun:test";
import {
  barriers,
  listeningApp,
  menu,
  openBrowser,
  overflows,
  picture,
  story,
} from "#tests/support/browser.ts";
import { makePeople, makePerson } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();

story.each([
  ["with", true],
  ["without", false],
])(
  "an admin invites, demotes and removes, and the open tab of the removed one ends, %s script",
  async (_, hasScript) => {
    const people = await makePeople(app);
    const members = `/w/${people.ada.workspaceId}/members`;
    const ada = await visit(app, { hasScript });
    await ada.signIn((await people.ada.signedIn()).cookie);
    const email = `grace@${people.ada.workspaceId}.example.com`;

    await ada.go(members);
    await ada.page.getByRole("link", { name: "Invite" }).click();
    await ada.page.getByRole("radio", { name: "Admin" }).check();
    await ada.page.getByLabel("E-mail address").fill(email);
    await ada.page.getByRole("button", { name: "Make invitation" }).click();
    const link = await ada.page.getByLabel("Link", { exact: true }).inputValue();
    expect(new URL(link).origin).toBe(app.origin);
    if (hasScript) {
      await picture(ada.page, "members-invited-wide");
      expect(await barriers(ada.page)).toEqual([]);
    }
    await ada.page.reload();
    expect(await ada.page.getByLabel("Link", { exact: true }).count()).toBe(0);

    const grace = await visit(app, { hasScript });
    await grace.page.goto(link);
    await grace.page.getByLabel("Your name").fill("Grace");
    await grace.page.getByLabel("Password").fill("correct horse battery");
    await grace.page.getByRole("button", { name: "Make an account and join" }).click();
    await grace.page.waitForURL("**/servers");
    await grace.go(members);
    expect(await grace.page.getByRole("link", { name: "Activity" }).count()).toBe(1);
    await grace.page.goto(link);
    await grace.page.getByRole("heading", { name: "This invitation does not work" }).waitFor();

    await ada.page.reload();
    await ada.page.getByRole("button", { name: "Change role of Grace" }).click();
    await ada.page.getByRole("dialog").getByRole("radio", { name: "Viewer" }).check();
    if (hasScript) {
      await ada.page.screenshot({ path: "screenshots/members-role-wide.png" });
      expect(await barriers(ada.page)).toEqual([]);
    }
    await ada.page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
    await ada.page.getByText("The role is changed.").waitFor();
    expect(await ada.page.getByRole("row", { name: /Grace/ }).textContent()).toContain("Viewer");

    await grace.go(members);
    expect(await grace.page.getByRole("link", { name: "Activity" }).count()).toBe(0);
    await grace.go(`${members}/invite`);
    await grace.page.getByRole("heading", { name: "You cannot do this" }).waitFor();
    await grace.go(members);

    await ada.page.getByRole("button", { name: "Remove Grace" }).click();
    await ada.page.getByRole("dialog").getByRole("button", { name: "Remove member" }).click();
    await ada.page.getByText("They are no longer a member").waitFor();
    expect(await ada.page.getByRole("row", { name: /Grace/ }).count()).toBe(0);

    await grace.page.reload();
    await grace.page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    await grace.go("/");
    await grace.page.getByText("You are in no workspace.").waitFor();
  },
);

story("the last owner stays one, and the page says why", async () => {
  const people = await makePeople(app);
  const kim = await makePerson(app, { name: "Kim", role: "owner", workspaceId: people.ada.workspaceId });
  const { page, go, signIn } = await visit(app);
  await signIn((await people.ada.signedIn()).cookie);

  await go(`/w/${people.ada.workspaceId}/members`);
  await kim.delete(`members/${kim.memberId}`);
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave workspace" }).click();

  await page.getByText("This is the last owner.").waitFor();
  await page.getByText("To leave, make somebody else an owner first.").waitFor();
  expect(await page.getByRole("button", { name: "Leave" }).count()).toBe(0);
  await picture(page, "members-refused-wide");
});

story("Escape closes a dialog and a menu, and the keyboard goes on where it was", async () => {
  const people = await makePeople(app);
  const { page, go, signIn } = await visit(app);
  await signIn((await people.ada.signedIn()).cookie);
  await go(`/w/${people.ada.workspaceId}/members`);

  const remove = page.getByRole("button", { name: "Remove Bob" });
  await remove.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  expect(await remove.evaluate((element) => element === document.activeElement)).toBeTrue();

  await menu(page, "Account: Ada").click();
  await page.getByRole("link", { name: "My account" }).waitFor();
  await page.screenshot({ path: "screenshots/account-menu-wide.png" });
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "My account" }).waitFor({ state: "hidden" });
});

story("dialogs and menus fit a phone", async () => {
  const people = await makePeople(app);
  const { page, go, signIn } = await visit(app, { width: 360, isPhone: true });
  await signIn((await people.ada.signedIn()).cookie);
  await go(`/w/${people.ada.workspaceId}/members`);

  await page.getByRole("button", { name: "Change role of Bob" }).click();
  await page.screenshot({ path: "screenshots/members-role-narrow.png" });
  expect(await overflows(page)).toBeFalse();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();

  await menu(page, "Account: Ada").click();
  await page.screenshot({ path: "screenshots/account-menu-narrow.png" });
  expect(await overflows(page)).toBeFalse();
});

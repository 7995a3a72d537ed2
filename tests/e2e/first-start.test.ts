import { expect } from "bun:test";
import { barriers, listeningApp, menu, openBrowser, picture, story } from "#tests/support/browser.ts";

const visit = openBrowser();
const token = "the-token-of-the-first-start";
const password = "correct horse battery";

story.each([
  ["with", true],
  ["without", false],
])(
  "a first start leads from the printed link to a workspace, and out and in again, %s script",
  async (_, hasScript) => {
    const app = await listeningApp({ SETUP_TOKEN: token });
    const { page, go } = await visit(app, { hasScript });

    await go("/");
    expect(new URL(page.url()).pathname).toBe("/setup");
    await go(`/setup?token=${token}`);
    await page.getByLabel("Name of the workspace").fill("Engineering");
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("E-mail address").fill("ada@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Set up" }).click();
    await page.waitForURL("**/w/*/servers");
    const home = page.url().replace("servers", "members");

    await page.goto(home);
    await menu(page, "Account: Ada").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
    expect(await page.getByRole("status").textContent()).toBe("You are signed out.");
    if (hasScript) {
      await picture(page, "signed-out-wide");
      expect(await barriers(page)).toEqual([]);
    }

    await page.goto(home);
    await page.waitForURL("**/sign-in?return_to=*");
    await page.getByLabel("E-mail address").fill("ada@example.com");
    await page.getByLabel("Password").fill("a wrong guess");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The e-mail address or the password is wrong.").waitFor();
    expect(await page.getByLabel("E-mail address").inputValue()).toBe("ada@example.com");
    expect(await page.getByLabel("Password").inputValue()).toBe("");

    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(home);

    await go(`/setup?token=${token}`);
    await page.getByRole("heading", { name: "This is set up already" }).waitFor();
  },
);

story("a set-up that is refused keeps what was typed, but for the password", async () => {
  const app = await listeningApp({ SETUP_TOKEN: token });
  const { page, go } = await visit(app);

  await go("/setup?token=another");
  await page.getByLabel("Name of the workspace").fill("Engineering");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail address").fill("ada@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Set up" }).click();

  await page.getByText("The set-up token is wrong.").waitFor();
  await picture(page, "set-up-refused-wide");
  expect(await barriers(page)).toEqual([]);
  expect(await page.getByLabel("Your name").inputValue()).toBe("Ada");
  expect(await page.getByLabel("Password").inputValue()).toBe("");

  await page.getByLabel("Set-up token").fill(token);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.waitForURL("**/w/*/servers");
});

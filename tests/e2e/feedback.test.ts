import { expect } from "bun:test";
import { listeningApp, openBrowser, picture, story } from "#tests/support/browser.ts";
import { makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();
const { ada } = await makePeople(app);
const { cookie } = await ada.signedIn();
const path = `/w/${ada.workspaceId}`;
await ada.post("mcp-servers", { url: "http://127.0.0.1:59998/mcp", name: "Linear", discover: false });

story("copying moves nothing, is heard, and is over after a moment", async () => {
  const { page, context, go, signIn } = await visit(app);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.clock.install();
  await signIn(cookie);
  await go(`${path}/settings`);
  const copy = page.locator("[data-copy]");
  const before = await copy.boundingBox();

  await copy.click();

  await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
  expect(await page.locator("#live").innerText()).toBe("Copied.");
  expect(await copy.boundingBox()).toEqual(before);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(ada.workspaceId);
  await page.clock.fastForward(2_000);
  await page.getByRole("button", { name: "Copy", exact: true }).waitFor();
  expect(await page.locator("#live").innerText()).toBe("");
});

story("what cannot be copied is said, and what to do instead", async () => {
  const { page, go, signIn } = await visit(app);
  await signIn(cookie);
  await go(`${path}/settings`);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });

  await page.locator("[data-copy]").click();

  await page.getByRole("alert").getByText("Select it and copy it by hand.").waitFor();
});

story("an app that cannot be reached is an alarm, and no good news", async () => {
  const { page, context, go, signIn } = await visit(app);
  await signIn(cookie);
  await go(`${path}/servers`);
  // The browser complains of it too, and is meant to.
  page.removeAllListeners("console");

  await context.setOffline(true);
  await page.getByRole("searchbox").fill("lin");

  await page.getByRole("alert").getByText("Switchyard could not be reached.").waitFor();
  await picture(page, "servers-offline-wide");
  expect(await page.locator("#live .notice").count()).toBe(0);
});

story("an answer that is none of ours is an alarm, and what stood there stays", async () => {
  const { page, go, signIn } = await visit(app);
  await signIn(cookie);
  await go(`${path}/servers`);

  await page.route("**/servers?q=*", (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
  );
  await page.getByRole("searchbox").fill("lin");

  await page.getByRole("alert").getByText("The answer could not be read.").waitFor();
  await page.getByRole("row", { name: "Linear" }).waitFor();
});

import { expect } from "bun:test";
import { barriers, listeningApp, openBrowser, picture, story } from "#tests/support/browser.ts";
import { type Answer, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { error, result } from "#tests/support/fake-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const app = await listeningApp();
const { ada } = await makePeople(app);
const servers = `/w/${ada.workspaceId}/servers`;

/** Says nothing to a handshake until it is let go, and tells when somebody stopped waiting. */
function startSlowServer() {
  let opened = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const slowly =
    (answer: Answer): Answer =>
    async (message, request) => {
      request.signal.addEventListener("abort", () => left.resolve());
      await opened.promise;
      return answer(message, request);
    };
  const server = startFakeMcpServer({
    "server/discover": slowly((message) => error(message, -32601, "Method not found")),
    "tools/list": slowly((message) =>
      result(message, { tools: [{ name: "wait", inputSchema: { type: "object" } }] }),
    ),
    "tools/call": slowly((message) => result(message, { content: [] })),
  });
  return {
    ...server,
    left: left.promise,
    hold: () => (opened = Promise.withResolvers()),
    letGo: () => opened.resolve(),
  };
}

story("a test tells of its stages as it goes, and can be given up", async () => {
  const slow = startSlowServer();
  slow.letGo();
  const { body } = await ada.post<{ id: number }>("mcp-servers", { url: slow.url, name: "Slow" });
  await ada.post(`mcp-servers/${body.id}/enable`);
  slow.hold();
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);
  await go(`${servers}/${body.id}`);

  await page.getByRole("button", { name: "Test now" }).click();
  await page.locator("#test-result").getByText("Waiting for an answer…").waitFor();
  await picture(page, "server-testing-wide");
  expect(await barriers(page)).toEqual([]);
  expect(await page.locator("#test-result th").allTextContents()).toEqual(["Name", "Connect", "HTTP"]);
  await page.getByRole("link", { name: "Cancel" }).click();
  await slow.left;
  await page.getByRole("button", { name: "Test now" }).waitFor();
  expect(await page.locator("#test-result .spinner").count()).toBe(0);

  slow.letGo();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.locator("#test-result").getByText("It answers").waitFor();
  expect(await page.locator("#test-result th").allTextContents()).toEqual([
    "Name",
    "Connect",
    "HTTP",
    "Handshake",
  ]);
  await slow.stop();
});

story("a test from another tab ends at its result, and going back leads to that tab", async () => {
  const slow = startSlowServer();
  slow.letGo();
  const { body } = await ada.post<{ id: number }>("mcp-servers", { url: slow.url, name: "Slow elsewhere" });
  await ada.post(`mcp-servers/${body.id}/enable`);
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);
  await go(`${servers}/${body.id}/members`);

  await page.getByRole("button", { name: "Test now" }).click();
  await page.locator("#test-result").getByText("It answers").waitFor();
  expect(new URL(page.url()).pathname).toBe(`${servers}/${body.id}`);
  await page.goBack();
  await page.getByRole("heading", { name: "Nobody is connected" }).waitFor();
  await slow.stop();
});

story("a look tells of its steps, and giving it up keeps the address that was typed", async () => {
  const slow = startSlowServer();
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);
  await go(`${servers}/new`);

  await page.getByLabel("URL").fill(slow.url);
  await page.getByRole("button", { name: "Look" }).click();
  await page.getByText("Knocking at the server").waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, "server-looking-wide");
  await page.getByRole("button", { name: "Cancel" }).click();
  await slow.left;
  expect(await page.getByLabel("URL").inputValue()).toBe(slow.url);

  slow.letGo();
  await page.getByRole("button", { name: "Look" }).click();
  await page.getByRole("heading", { name: "What we found" }).waitFor();
  await slow.stop();
});

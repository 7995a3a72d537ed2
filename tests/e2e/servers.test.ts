import { afterAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { barriers, listeningApp, openBrowser, overflows, picture, story } from "#tests/support/browser.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { everything } from "#tests/support/peers.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const visit = openBrowser();
const app = await listeningApp();
const peer = await everything.http();
const authorizationServer = await startAuthorizationServer();
const guarded = startProtectedMcpServer(authorizationServer);
afterAll(async () => {
  await Promise.all([peer.stop(), guarded.stop()]);
  await authorizationServer.stop();
});

const both = [
  ["with", true],
  ["without", false],
] as const;

const listOf = ({ workspaceId }: Person) => `/w/${workspaceId}/servers`;

/** The person at the authorization server's own pages. */
async function signInThere(page: Page): Promise<void> {
  await page.locator('input[name="login"]').fill("ada");
  await page.locator('input[name="password"]').fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

const agreeThere = (page: Page): Promise<void> => page.getByRole("button", { name: "Continue" }).click();

/** Adds a server by its URL, the way everybody does. */
async function add(page: Page, { url, name }: { url: string; name: string }, button: string): Promise<void> {
  await page
    .getByRole("link", { name: /^Add (server|the first server)$/ })
    .first()
    .click();
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await page.getByRole("heading", { name: "What we found" }).waitFor();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: button }).click();
}

const axis = (page: Page, which: "Server" | "You") =>
  page.locator(".axes > div", { hasText: which }).locator(".status");

story.each(both)(
  "a server is added, connected to and tried within a minute, %s script",
  async (_, hasScript) => {
    const { ada } = await makePeople(app);
    const { page, go, signIn } = await visit(app, { hasScript });
    await signIn((await ada.signedIn()).cookie);

    await go(listOf(ada));
    await add(page, { url: peer.url, name: "Everything" }, "Add and connect");
    await page.getByRole("heading", { name: "Everything", level: 1 }).waitFor();
    expect(await page.getByRole("status").first().textContent()).toContain("You are connected.");
    expect([await axis(page, "Server").innerText(), await axis(page, "You").innerText()]).toEqual([
      "Ready",
      "Connected",
    ]);

    await page.getByRole("link", { name: "Tools" }).click();
    await page.getByRole("link", { name: "echo", exact: true }).click();
    await page.getByLabel("message").fill("Hello from a browser");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("Echo: Hello from a browser", { exact: true }).waitFor();
    if (!hasScript) return;
    expect(await barriers(page)).toEqual([]);
    await picture(page, "story-echo-wide");
    expect(
      await page.getByRole("heading", { name: "Result" }).evaluate((one) => one === document.activeElement),
    ).toBeTrue();
  },
);

story.each(both)(
  "a member signs in at a server, and again once the grant has ended, %s script",
  async (_, hasScript) => {
    const { bob } = await makePeople(app);
    const { page, go, signIn } = await visit(app, { hasScript });
    await signIn((await bob.signedIn()).cookie);

    await go(listOf(bob));
    await add(page, { url: guarded.url, name: "Guarded" }, "Add and connect");
    await signInThere(page);
    await agreeThere(page);
    await page.getByRole("heading", { name: "Guarded", level: 1 }).waitFor();
    expect(await page.getByRole("status").first().textContent()).toContain("You are connected.");
    expect(await axis(page, "You").innerText()).toBe("Connected");

    await authorizationServer.end("grants");
    await page.getByRole("link", { name: "Tools" }).click();
    await page.getByText("Guarded no longer accepts your sign-in").waitFor();
    if (hasScript) await picture(page, "story-reconnect-wide");
    expect(await axis(page, "You").innerText()).toBe("Reconnect");
    await go(listOf(bob));
    await page.getByText("1 server needs you:").waitFor();

    await page.getByRole("link", { name: "Reconnect Guarded" }).click();
    await agreeThere(page);
    await page.waitForURL(`**${listOf(bob)}`);
    const row = page.getByRole("row", { name: /Guarded/ });
    await row.getByText("Connected", { exact: true }).waitFor();
    await row.getByRole("link", { name: "Guarded", exact: true }).click();
    await page.getByRole("link", { name: "Tools" }).click();
    await page.getByRole("link", { name: "whoami", exact: true }).click();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("ada", { exact: true }).waitFor();
  },
);

story.each(both)(
  "a member without admin rights connects and disconnects alone, %s script",
  async (_, hasScript) => {
    const { ada, bob } = await makePeople(app);
    const made = await ada.post<{ id: number }>("mcp-servers", { url: peer.url, name: "Everything" });
    await ada.post(`mcp-servers/${made.body.id}/enable`);
    const { page, go, signIn } = await visit(app, { hasScript });
    await signIn((await bob.signedIn()).cookie);

    await go(listOf(bob));
    await page.getByRole("button", { name: "Connect Everything" }).click();
    const row = page.getByRole("row", { name: /Everything/ });
    await row.getByText("Connected", { exact: true }).waitFor();
    await row.getByRole("link", { name: "Everything" }).click();
    await page.getByRole("button", { name: "Disconnect from Everything" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("You are disconnected.").waitFor();

    expect(await axis(page, "You").innerText()).toBe("Not connected");
    expect(await axis(page, "Server").innerText()).toBe("Ready");
    expect(await page.getByRole("link", { name: "Activity" }).count()).toBe(0);
  },
);

story("servers come from a pasted file, and none of its keys", async () => {
  const { ada } = await makePeople(app);
  const secret = "sk-live-never-kept";
  const pasted = {
    mcpServers: { everything: { url: peer.url, headers: { Authorization: `Bearer ${secret}` } } },
  };
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);

  await go(`${listOf(ada)}/import`);
  await page.getByLabel("mcp.json").fill(JSON.stringify(pasted));
  await page.getByRole("button", { name: "Read it" }).click();
  await page.getByText("Which of them?").waitFor();
  await picture(page, "story-import-wide");
  expect(await barriers(page)).toEqual([]);
  expect(await page.content()).not.toContain(secret);
  await page.getByRole("button", { name: "Add the chosen ones" }).click();
  await page.getByText("1 server added.").waitFor();
  await page.getByRole("link", { name: "everything", exact: true }).click();

  await page.getByRole("heading", { name: "everything", level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`${listOf(ada)}/${await lastIdOf(ada)}`);
});

async function lastIdOf(person: Person): Promise<number> {
  const { body } = await person.get<{ id: number }[]>("mcp-servers?sortBy=createdAt&sortOrder=desc");
  return body[0]?.id ?? 0;
}

story("a server that fails says since when, where and what to do", async () => {
  const { ada } = await makePeople(app);
  const dying = startFakeMcpServer();
  const { id } = (await ada.post<{ id: number }>("mcp-servers", { url: dying.url, name: "Dying" })).body;
  await ada.post(`mcp-servers/${id}/enable`);
  await ada.post(`mcp-servers/${id}/credentials`);
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);

  await go(`${listOf(ada)}/${id}`);
  await dying.stop();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText("It failed at connect").waitFor();

  expect(await axis(page, "Server").innerText()).toBe("Failing");
  expect(await axis(page, "You").innerText()).toBe("Connected");
  await page.getByRole("link", { name: "Tools" }).click();
  await page.getByRole("link", { name: "Try again" }).waitFor();
  expect(await barriers(page)).toEqual([]);
});

story.each(both)(
  "a server is deleted with what it breaks said before, and a receipt after, %s script",
  async (_, hasScript) => {
    const people = await makePeople(app);
    const { ada, bob } = people;
    const { id } = (await ada.post<{ id: number }>("mcp-servers", { url: peer.url, name: "Doomed" })).body;
    await ada.post(`mcp-servers/${id}/enable`);
    for (const person of [ada, bob]) await person.post(`mcp-servers/${id}/credentials`);
    const { page, go, signIn } = await visit(app, { hasScript });
    await signIn((await ada.signedIn()).cookie);

    await go(`${listOf(ada)}/${id}/settings`);
    await page.getByRole("button", { name: "Delete server Doomed" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("2 people lose their connection.").waitFor();
    if (hasScript) expect(await barriers(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Delete server" }).click();

    await page.getByRole("heading", { name: "Doomed is deleted" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`${listOf(ada)}/${id}/deleted`);
    expect(await page.getByText("Connections ended").locator("xpath=following-sibling::dd").innerText()).toBe(
      "2",
    );
    if (hasScript) {
      await picture(page, "story-deleted-wide");
      expect(await barriers(page)).toEqual([]);
    }
    await page.reload();
    await page.getByRole("heading", { name: "Doomed is deleted" }).waitFor();
  },
);

story("two tabs show one change, and keep what somebody types", async () => {
  const { ada } = await makePeople(app);
  const keyed = await ada.post<{ id: number }>("mcp-servers", {
    url: "http://127.0.0.1:9999/mcp",
    name: "Keyed",
    discover: false,
    authType: "api_key",
  });
  const session = (await ada.signedIn()).cookie;
  const [list, server] = [await visit(app), await visit(app)];
  await Promise.all([list.signIn(session), server.signIn(session)]);
  await list.go(listOf(ada));
  await server.go(`${listOf(ada)}/${keyed.body.id}`);
  await server.page.getByLabel("Key", { exact: true }).fill("half a key");

  const made = await ada.post<{ id: number }>("mcp-servers", { url: peer.url, name: "Everything" });
  const row = list.page.getByRole("row", { name: /Everything/ });
  await row.getByText("Needs set-up").waitFor();
  await ada.post(`mcp-servers/${made.body.id}/enable`);
  await row.getByText("Ready", { exact: true }).waitFor();
  await list.page.getByRole("link", { name: /^Ready 1$/ }).waitFor();
  await ada.post(`mcp-servers/${keyed.body.id}/test`);
  await server.page.getByText(/It failed at/).waitFor();
  await ada.delete(`mcp-servers/${made.body.id}`);
  await row.waitFor({ state: "detached" });

  expect(await server.page.getByLabel("Key", { exact: true }).inputValue()).toBe("half a key");
  await ada.delete(`mcp-servers/${keyed.body.id}`);
  await server.page.getByText("This server was deleted").waitFor();
});

story(
  "an open tab says so when its member gets another role, and keeps nothing when they are removed",
  async () => {
    const { ada, bob } = await makePeople(app);
    await ada.post("mcp-servers", {
      url: "https://plans.invalid/mcp",
      name: "Secret plans",
      discover: false,
    });
    const { page, go, signIn } = await visit(app);
    await signIn((await bob.signedIn()).cookie);
    const opened = async (path: string) => {
      const stream = page.waitForResponse((response) => response.url().includes("/live"));
      await go(path);
      await stream;
    };

    await opened(listOf(bob));
    await ada.patch(`members/${bob.memberId}`, { role: "viewer" });
    await page.getByText("You are a viewer here from now on.").waitFor();
    await picture(page, "demoted-tab-wide");
    await page.getByRole("link", { name: "Load the page anew" }).click();
    await page.waitForFunction(() => !document.body.textContent?.includes("from now on"));
    expect(await page.getByRole("link", { name: "Add server" }).count()).toBe(0);

    await opened(listOf(bob));
    await ada.delete(`members/${bob.memberId}`);
    await page.getByRole("heading", { name: "You are no longer a member of this workspace" }).waitFor();
    await picture(page, "removed-tab-wide");
    expect(await page.getByText("Secret plans").count()).toBe(0);
    expect(await page.content()).not.toContain("plans.invalid");
    expect(await barriers(page)).toEqual([]);
  },
);

story("a list that asks for itself follows one stream, and not one more each time", async () => {
  const { ada } = await makePeople(app);
  await ada.post("mcp-servers", { url: "https://first.invalid/mcp", name: "First", discover: false });
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);
  await page.clock.install();
  const begun: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/live")) begun.push(request.url());
  });
  const followed = page.waitForResponse((response) => response.url().includes("/live"));
  await go(listOf(ada));
  await followed;

  for (const name of ["Second", "Third", "Fourth"]) {
    const anew = page.waitForResponse((response) => response.url().includes("/live"));
    await ada.post("mcp-servers", { url: `https://${name}.invalid/mcp`, name, discover: false });
    await page.getByRole("row", { name: new RegExp(name) }).waitFor();
    await anew;
  }
  // One that went on beside the newest would begin again after a pause; what was asked for before this was seen by then.
  await page.clock.runFor(60_000);
  await page.evaluate(() => fetch("/").then(({ status }) => status));

  expect(new Set(begun).size).toBe(begun.length);
});

story("a list is searched as one types, and the address says so", async () => {
  const { ada } = await makePeople(app);
  for (const name of ["Linear", "Notion", "Sentry"])
    await ada.post("mcp-servers", { url: `https://${name}.example.com/mcp`, name, discover: false });
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);

  await go(listOf(ada));
  await page.keyboard.press("/");
  await page.locator("input[type=search]:focus").waitFor();
  await page.keyboard.type("not");
  await page.getByRole("row", { name: /Linear/ }).waitFor({ state: "detached" });

  expect(await page.getByRole("row", { name: /Notion/ }).count()).toBe(1);
  await page.waitForURL("**/servers?q=not");
  await page.reload();
  expect(await page.getByRole("searchbox").inputValue()).toBe("not");
});

story("a server's words do nothing, however they are meant", async () => {
  const { ada } = await makePeople(app);
  const evil = `"><img src=x onerror="window.evil=1"><script>window.evil=1</script><b hx-get="/evil" hx-trigger="load">x</b><hx-partial hx-target="#main">gone</hx-partial>`;
  const hostile = startFakeMcpServer({
    "tools/list": (message) =>
      Response.json({
        jsonrpc: "2.0",
        id: message.id,
        result: {
          tools: [
            {
              name: "evil",
              title: evil,
              description: evil + "long ".repeat(200),
              inputSchema: { type: "object", properties: { [evil]: { type: "string", description: evil } } },
            },
          ],
        },
      }),
    "tools/call": (message) =>
      Response.json({ jsonrpc: "2.0", id: message.id, result: { content: [{ type: "text", text: evil }] } }),
  });
  afterAll(() => hostile.stop());
  const { id } = (await ada.post<{ id: number }>("mcp-servers", { url: hostile.url, name: "Hostile" })).body;
  await ada.post(`mcp-servers/${id}/enable`);
  await ada.post(`mcp-servers/${id}/credentials`);
  const { page, go, signIn } = await visit(app);
  await signIn((await ada.signedIn()).cookie);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));

  await go(`${listOf(ada)}/${id}/tools`);
  await page.locator(".long-text-more").click();
  await page.getByRole("link", { name: "evil", exact: true }).click();
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("heading", { name: "Result" }).waitFor();

  expect(await page.evaluate(() => "evil" in window)).toBeFalse();
  expect(asked).not.toContain("/evil");
  expect(await page.getByText("<script>window.evil=1</script>").count()).toBeGreaterThan(0);
  expect(await overflows(page)).toBeFalse();
  await picture(page, "story-hostile-wide");
});

import { afterAll, describe, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { textOf } from "#tests/support/markup.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);
const asBob = browse(app, (await bob.signedIn()).cookie);
const asVic = browse(app, (await vic.signedIn()).cookie);
const path = `/w/${ada.workspaceId}/servers`;
const secret = "sk-live-never-to-be-seen";

const open = startFakeMcpServer();
const another = startFakeMcpServer();
const authorizationServer = await startAuthorizationServer();
const guarded = startProtectedMcpServer(authorizationServer);
const keyed = startLegacyMcpServer({
  guard: (request) => (request.headers.get("x-key") === secret ? null : new Response(null, { status: 401 })),
});
afterAll(async () => {
  await Promise.all([open, another, guarded, keyed].map((server) => server.stop()));
  await authorizationServer.stop();
});

type Listed = { id: number; url: string; name: string; access: string; connection: string; header?: unknown };
const servers = async () => (await ada.get<Listed[]>("mcp-servers")).body;
const serverAt = async (url: string) => (await servers()).find((one) => one.url === url);

describe("a look tells in plain words", () => {
  test("a server that asks nobody", async () => {
    const { html } = await asAda.post(`${path}/look`, { url: open.url });

    expect(textOf(html)).toContain(
      "It answers, and speaks MCP 2025-11-25. It calls itself fake. It asks nobody to sign in.",
    );
    expect(html).toContain('value="fake"');
  });

  test("a server that wants a sign-in, and where", async () => {
    const { html } = await asAda.post(`${path}/look`, { url: guarded.url });

    const { host } = new URL(authorizationServer.issuer);
    expect(textOf(html)).toContain(`It wants everybody to sign in, at ${host}.`);
    expect(textOf(html)).toContain("We can register there by ourselves.");
    expect(textOf(html)).toContain("mcp:use");
  });

  test("a server that wants a key, and asks in which header", async () => {
    const { html } = await asAda.post(`${path}/look`, { url: keyed.url });

    expect(textOf(html)).toContain("It wants a key");
    expect(html).toContain('name="header.name"');
    expect(html).toContain('type="password" name="secret"');
  });

  test("nothing that would be kept", async () => {
    await asAda.post(`${path}/look`, { url: open.url });

    expect(await servers()).toEqual([]);
  });
});

describe("a look in vain", () => {
  test("says what is wrong with the address, in its field", async () => {
    const seen = await asAda.post(`${path}/look`, { url: "ftp://example.com" });

    expect(seen.status).toBe(422);
    expect(textOf(seen.html)).toContain("The URL must begin with https:// or http://.");
    expect(seen.html).toContain('value="ftp://example.com"');
  });

  test("offers to add a server that is down all the same", async () => {
    const gone = startFakeMcpServer();
    await gone.stop();

    const { html } = await asAda.post(`${path}/look`, { url: gone.url });

    expect(textOf(html)).toContain("Add it all the same");
  });
});

test("an address without a scheme is read as people mean it, while the API asks for one", async () => {
  const { host, pathname } = new URL(open.url);
  const typed = `${host}${pathname}`;

  const page = await asAda.get(`${path}/new`);
  const looked = await asAda.post(`${path}/look`, { url: typed });
  const byApi = await ada.post("mcp-servers/oauth-discovery", { url: typed });

  expect(page.html).not.toContain('type="url"');
  expect(page.html).toMatch(/<input type="text" name="url"[^>]* inputmode="url"/);
  expect(textOf(looked.html)).toContain("It asks nobody to sign in.");
  expect(looked.html).toContain(`name="url" value="${open.url}"`);
  expect(byApi).toMatchObject({ status: 422, body: { detail: { errors: [{ path: "/url" }] } } });
});

describe("adding", () => {
  test("an open server connects at once, and lands on its page", async () => {
    const seen = await asAda.post(path, { url: open.url, name: "Open", next: "connect" });

    const server = await serverAt(open.url);
    expect([seen.status, seen.location]).toEqual([303, `${path}/${server?.id}`]);
    expect(server).toMatchObject({ name: "Open", state: "READY", enabled: true, connection: "connected" });
  });

  test("twice leads to the one that is there", async () => {
    const seen = await asAda.post(path, { url: open.url, name: "Open again", next: "connect" });

    expect(seen.location).toBe(`${path}/${(await serverAt(open.url))?.id}`);
    expect(seen.cookies["sy_notice"]).toBe("server_exists");
    expect(await servers()).toHaveLength(1);
  });

  test("is not offered of a server that is there, which a look says without asking it again", async () => {
    const before = open.seen.length;

    const seen = await asAda.post(`${path}/look`, { url: ` ${open.url} ` });

    expect(textOf(seen.html)).toContain("This workspace has it already, as Open. Go to Open");
    expect(seen.html).toContain(`href="${path}/${(await serverAt(open.url))?.id}"`);
    expect(seen.html).not.toContain("Add and connect");
    expect(open.seen).toHaveLength(before);
  });

  test("goes well under the name that is offered, also where the server's own is taken", async () => {
    const namesake = startFakeMcpServer();
    const taken = await ada.post<Listed>("mcp-servers", {
      url: "https://x.invalid/",
      name: "FAKE",
      discover: false,
    });

    const { html } = await asAda.post(`${path}/look`, { url: namesake.url });
    const [, offered = ""] = /name="name" value="([^"]*)"/.exec(html) ?? [];
    const added = await asAda.post(path, { url: namesake.url, name: offered, next: "add" });

    expect(offered).toBe("fake 2");
    expect(added.status).toBe(303);
    await ada.delete(`mcp-servers/${taken.body.id}`);
    await ada.delete(`mcp-servers/${(await serverAt(namesake.url))?.id}`);
    await namesake.stop();
  });

  test("under a name that is taken shows the form again, with what was typed", async () => {
    const seen = await asAda.post(path, { url: another.url, name: "OPEN", next: "add" });

    expect(seen.status).toBe(409);
    expect(textOf(seen.html)).toContain("Already taken");
    expect(seen.html).toContain('value="OPEN"');
  });

  test("a server with a sign-in goes on to it, by script or without", async () => {
    const plain = await asAda.post(path, { url: guarded.url, name: "Guarded", next: "connect" });
    const server = await serverAt(guarded.url);
    const authorize = `/api/v2/w/${ada.workspaceId}/mcp-servers/${server?.id}/oauth/authorize?return_to=`;

    expect(plain.status).toBe(200);
    expect(plain.headers.get("refresh")).toStartWith(`0; url=${authorize}`);
    expect(plain.html).toContain(`href="${authorize}`);
  });

  test("a server with a key keeps it sealed, where the server takes it", async () => {
    const fields = {
      url: keyed.url,
      name: "Keyed",
      next: "connect",
      "header.name": "X-Key",
      "header.prefix": "",
    };

    const wrong = await asAda.post(path, { ...fields, secret: "wrong" });
    const server = await serverAt(keyed.url);
    const right = await asAda.post(`${path}/${server?.id}/connect`, { secret });

    expect(wrong.cookies["sy_notice"]).toBe("server_added_key_refused");
    expect(right.cookies["sy_notice"]).toBe("connected");
    expect(await serverAt(keyed.url)).toMatchObject({
      connection: "connected",
      header: { name: "X-Key", prefix: "" },
    });
    expect((await asAda.get(`${path}/${server?.id}`)).html).not.toContain(secret);
  });

  test("may be for chosen members, where an admin says so", async () => {
    await asAda.post(path, {
      url: another.url,
      name: "For Bob",
      next: "add",
      access: "restricted",
      memberIds: String(bob.memberId),
    });

    const server = await serverAt(another.url);
    expect(server?.access).toBe("restricted");
    expect((await bob.get(`mcp-servers/${server?.id}`)).status).toBe(200);
    expect((await vic.get(`mcp-servers/${server?.id}`)).status).toBe(404);
  });

  test("is for members, and not for viewers", async () => {
    expect((await asBob.get(`${path}/new`)).status).toBe(200);
    expect((await asVic.get(`${path}/new`)).status).toBe(403);
    expect((await asVic.post(path, { url: "https://x.example.com/mcp", name: "X" })).status).toBe(403);
  });

  test("does not happen on the word of another site", async () => {
    const seen = await asAda.post(`${path}/look`, { url: open.url }, { origin: "https://evil.example.com" });

    expect(seen.status).toBe(403);
  });
});

describe("from another client's file", () => {
  const pasted = JSON.stringify({
    mcpServers: {
      fresh: { url: "http://127.0.0.1:9/mcp" },
      keyed: { url: "https://keyed.example.com/mcp", headers: { Authorization: `Bearer ${secret}` } },
      local: { command: "npx", args: ["-y", "thing"], env: { TOKEN: secret } },
      open: { url: open.url },
    },
  });

  test("servers are shown to choose from, without a key of theirs", async () => {
    const { html } = await asAda.post(`${path}/import`, { json: pasted });

    expect(html).not.toContain(secret);
    expect(textOf(html)).toContain("not kept Authorization. Enter your key when you connect.");
    expect(textOf(html)).toContain("It runs as a program on your own computer.");
    expect(textOf(html)).toContain("This workspace has it already.");
    expect(html.match(/type="checkbox"[^>]*disabled/g)).toHaveLength(2);
  });

  test("what was chosen is added, and what could not be says why", async () => {
    const closed = startFakeMcpServer();
    await closed.stop();
    const value = (name: string, url: string) => JSON.stringify({ name, url, header: null });

    const { html } = await asAda.post(`${path}/import/add`, { server: value("Open", closed.url) });
    const again = await asAda.post(`${path}/import/add`, { server: value("Other", "http://10.0.0.1/mcp") });
    const odd = await asAda.post(`${path}/import/add`, { server: "{ odd" });

    expect(textOf(html)).toContain("1 server added.");
    // The name is in use, and nobody chose it here.
    expect(await serverAt(closed.url)).toMatchObject({ name: "Open 2" });
    expect(textOf(again.html)).toContain("None was added.");
    expect(textOf(odd.html)).toContain("None was added.");
  });

  test("what is no such file keeps what was pasted", async () => {
    const seen = await asAda.post(`${path}/import`, { json: "{ not json" });

    expect(seen.status).toBe(422);
    expect(seen.html).toContain("{ not json</textarea>");
  });
});

describe("the directory", () => {
  test("names well-known servers, each to be added by a click", async () => {
    const { html } = await asAda.get(`${path}/directory`);

    expect(html.match(/<li class="directory-entry">/g)?.length).toBeGreaterThan(24);
    expect(html).toContain('<input type="hidden" name="url" value="https://mcp.linear.app/mcp"/>');
  });

  test("is searched", async () => {
    const { html } = await asAda.get(`${path}/directory?q=postgres`);

    expect(textOf(html)).toContain("Neon");
    expect(textOf(html)).not.toContain("Notion");
  });

  test("knows what the workspace has", async () => {
    const made = await ada.post<{ id: number }>("mcp-servers", {
      url: "https://mcp.linear.app/mcp",
      discover: false,
    });

    const { html } = await asAda.get(`${path}/directory?q=linear`);

    expect(html).toContain(`href="${path}/${made.body.id}"`);
  });
});

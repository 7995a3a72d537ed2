import { afterAll, describe, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { textOf } from "#tests/support/markup.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic, eve } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);
const asBob = browse(app, (await bob.signedIn()).cookie);
const asVic = browse(app, (await vic.signedIn()).cookie);
const list = `/w/${ada.workspaceId}/servers`;

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

function fake(...[answers]: Parameters<typeof startFakeMcpServer>) {
  const server = startFakeMcpServer(answers);
  stops.push(server.stop);
  return server;
}

type Made = { id: number };
type Server = { state: string; enabled: boolean; connection: string; name: string; url: string };
let made = 0;

/** A server of the fake kind that is set up; with whom it is connected. */
async function addServer(...members: (typeof ada)[]) {
  made += 1;
  const upstream = fake();
  const { id } = (await ada.post<Made>("mcp-servers", { url: upstream.url, name: `Server ${made}` })).body;
  await ada.post(`mcp-servers/${id}/enable`);
  for (const member of members) await member.post(`mcp-servers/${id}/credentials`);
  return { id, path: `${list}/${id}`, upstream };
}

const serverOf = async (id: number) => (await ada.get<Server>(`mcp-servers/${id}`)).body;

describe("connecting to an open server", () => {
  test("takes one button, and so does ending it, with a receipt", async () => {
    const { path, id } = await addServer();

    const before = await asBob.get(path);
    const connected = await asBob.post(`${path}/connect`);
    const ended = await asBob.post(`${path}/disconnect`);

    expect(textOf(before.html)).toContain("It asks for no sign-in.");
    expect([connected.location, connected.cookies["sy_notice"]]).toEqual([path, "connected"]);
    expect([ended.location, ended.cookies["sy_notice"]]).toEqual([path, "disconnected_here"]);
    expect((await serverOf(id)).connection).toBe("not_connected");
  });

  test("twice is the same as once", async () => {
    const { path } = await addServer();

    const answers = await Promise.all([asBob.post(`${path}/connect`), asBob.post(`${path}/connect`)]);

    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect((await asAda.get(`${path}/members`)).html.match(/<tr[^>]* id="member-/g)).toHaveLength(1);
  });

  test("leads back to where it was begun, if that is ours", async () => {
    const { path } = await addServer();

    const back = await asBob.post(`${path}/connect`, { return_to: list });
    const away = await asBob.post(`${path}/connect`, { return_to: "//evil.example.com" });

    expect(back.location).toBe(list);
    expect(away.location).toBe(path);
  });
});

describe("a server that asks for a key", () => {
  const right = "sk-right";
  const upstream = startLegacyMcpServer({
    guard: (request) =>
      request.headers.get("authorization") === `Bearer ${right}` ? null : new Response(null, { status: 401 }),
  });
  stops.push(upstream.stop);
  const added = ada.post<Made>("mcp-servers", { url: upstream.url, name: "Keyed", authType: "api_key" });

  test("refuses a wrong one where it was typed, and repeats none", async () => {
    const path = `${list}/${(await added).body.id}`;

    const wrong = await asBob.post(`${path}/connect`, { secret: "sk-wrong" });
    const empty = await asBob.post(`${path}/connect`, { secret: " " });
    const odd = await asBob.post(`${path}/connect`, { secret: "sk-ümlaut" });

    expect(wrong.status).toBe(422);
    expect(textOf(wrong.html)).toContain("did not accept this secret");
    expect(wrong.html).not.toContain("sk-wrong");
    expect(textOf(empty.html)).toContain("asks for a secret");
    expect(textOf(odd.html)).toContain("A key is one line");
  });

  test("sets itself up with the first right one", async () => {
    const { id } = (await added).body;

    const seen = await asBob.post(`${list}/${id}/connect`, { secret: ` ${right} ` });

    expect(seen.cookies["sy_notice"]).toBe("connected");
    expect(await serverOf(id)).toMatchObject({ state: "READY", enabled: true, connection: "not_connected" });
  });

  test("is not called broken because somebody's key is", async () => {
    const { id } = (await added).body;

    await asAda.post(`${list}/${id}/test`);
    const { html } = await asAda.get(`${list}/${id}`);

    expect(textOf(html)).toContain("Server Ready");
    expect(textOf(html)).toContain("It answers, and wants a sign-in");
    expect(textOf(html)).not.toContain("Failing");
  });
});

describe("a test", () => {
  test("is shown in its stages, and remembered as a line", async () => {
    const { path } = await addServer(ada);

    const seen = await asAda.post(`${path}/test`);
    const { html } = await asAda.get(path);

    expect([seen.status, seen.location]).toEqual([303, `${path}#server-health`]);
    for (const stage of ["Name", "Connect", "HTTP", "Handshake"]) expect(html).toContain(`>${stage}</th>`);
    expect(/aria-label="(The last [^"]+)"/.exec(html)?.[1]).toMatch(
      /^The last 3 tests: 3 good, 0 failed, \d+ ms to \d+ ms where it answered$/,
    );
    expect(html.includes("style=")).toBeFalse();
  });

  test("that fails says where, why and what to do", async () => {
    const { path, upstream } = await addServer(ada);
    await upstream.stop();

    await asAda.post(`${path}/test`);
    const { html } = await asAda.get(path);

    expect(textOf(html)).toContain("It failed at connect");
    expect(textOf(html)).toContain("Nothing listens there");
    expect(textOf(html)).toMatch(/Server Failing since \d\d:\d\d UTC, at connect You Connected/);
  });

  test("is a viewer's to make as well", async () => {
    const { path } = await addServer();

    expect((await asVic.post(`${path}/test`)).status).toBe(303);
  });
});

test("a server that could not be reached is set up by a click, once it answers", async () => {
  const upstream = fake();
  const { id } = (await ada.post<Made>("mcp-servers", { url: upstream.url, discover: false })).body;

  const before = await asAda.get(`${list}/${id}`);
  const seen = await asAda.post(`${list}/${id}/enable`);

  expect(textOf(before.html)).toContain("is not set up yet");
  expect(seen.cookies["sy_notice"]).toBe("server_set_up");
  expect(await serverOf(id)).toMatchObject({ state: "READY", enabled: true });
});

test("a set-up that fails says so beside its button", async () => {
  const upstream = startFakeMcpServer();
  await upstream.stop();
  const { id } = (await ada.post<Made>("mcp-servers", { url: upstream.url, discover: false })).body;

  const seen = await asAda.post(`${list}/${id}/enable`);

  expect(seen.status).toBe(502);
  expect(seen.html).toContain('role="alert"');
  expect(textOf(seen.html)).toContain("Set up");
});

test("switching off says what it breaks, and on again works at once", async () => {
  const { id, path } = await addServer(ada);

  const settings = await asAda.get(`${path}/settings`);
  const off = await asAda.post(`${path}/disable`);
  const page = await asAda.get(path);
  const on = await asAda.post(`${path}/enable`);

  expect(textOf(settings.html)).toContain(
    "Calls of 1 connected member are refused until it is enabled again.",
  );
  expect(off.cookies["sy_notice"]).toBe("server_disabled");
  expect(textOf(page.html)).toContain("Nobody’s calls reach it.");
  expect(on.cookies["sy_notice"]).toBe("server_enabled");
  expect((await serverOf(id)).enabled).toBeTrue();
});

describe("deleting", () => {
  test("says first what it breaks, and gives a receipt that stays", async () => {
    const { path } = await addServer(ada, bob);

    const before = await asAda.get(`${path}/settings`);
    const seen = await asAda.post(`${path}/delete`);
    const receipt = await asAda.get(seen.location ?? "");

    expect(textOf(before.html)).toContain("2 people lose their connection.");
    expect(seen.location).toBe(`${path}/deleted`);
    expect(textOf(receipt.html)).toContain("is deleted");
    expect(textOf(receipt.html)).toContain("Connections ended 2");
    expect((await asAda.get(path)).status).toBe(404);
  });

  test("is an admin's alone", async () => {
    const { id, path } = await addServer();

    expect((await asBob.post(`${path}/delete`)).status).toBe(403);
    expect(textOf((await asBob.get(`${path}/settings`)).html)).not.toContain("Delete");
    expect((await serverOf(id)).state).toBe("READY");
  });

  test("has no receipt for what is still there", async () => {
    const { path } = await addServer();

    expect((await asAda.get(`${path}/deleted`)).status).toBe(404);
  });
});

describe("who is connected", () => {
  test("is listed with since when and when last, and ended by an admin", async () => {
    const { path } = await addServer(ada, bob);

    const seen = await asAda.get(`${path}/members`);
    const ended = await asAda.post(`${path}/members/${bob.memberId}/disconnect`);
    const after = await asAda.get(`${path}/members`);

    expect(textOf(seen.html)).toMatch(/Bob bob@\S+ Member Connected just now Never Disconnect/);
    expect(ended.cookies["sy_notice"]).toBe("member_disconnected_here");
    expect(textOf(after.html)).not.toContain("bob@");
  });

  test("members see, and end nobody's connection but their own", async () => {
    const { path } = await addServer(ada, bob);

    const { html } = await asBob.get(`${path}/members`);

    expect(html).not.toContain(`id="end-${ada.memberId}"`);
    expect(html).toContain(`action="${path}/disconnect"`);
    expect((await asBob.post(`${path}/members/${ada.memberId}/disconnect`)).status).toBe(403);
  });
});

test("what happened to a server is its admins' to read, and about it alone", async () => {
  const { path } = await addServer(bob);
  await addServer(ada);

  const { html } = await asAda.get(`${path}/activity`);

  expect(textOf(html)).toContain("Bob connected to");
  expect(html.match(/<li class="event">/g)).toHaveLength(3);
  expect((await asBob.get(`${path}/activity`)).status).toBe(403);
});

test("snippets for other clients hold the address and no secret", async () => {
  const { path, upstream } = await addServer(ada);

  const { html } = await asAda.get(path);

  expect(html).toContain(
    `claude mcp add --transport http server-${made} &#39;${upstream.url}&#39;`.replaceAll("&#39;", "'"),
  );
  expect(html).toContain('href="cursor://anysphere.cursor-deeplink/mcp/install?name=');
  expect(html).toContain('href="vscode:mcp/install?');
});

test("a viewer looks at everything and is offered nothing", async () => {
  const { path } = await addServer(ada);

  const { html } = await asVic.get(path);

  expect(textOf(html)).toContain(
    "Viewers connect to nothing, so what the server offers is not shown to you.",
  );
  expect(html).not.toContain(`${path}/connect`);
  expect(html).not.toContain(`${path}/settings`);
  expect((await asVic.post(`${path}/connect`)).status).toBe(403);
  expect((await asVic.get(`${path}/settings`)).status).toBe(403);
});

test("a viewer is not sent where only a connection leads, and from there is shown onward", async () => {
  const { path } = await addServer(ada);
  const tabsOf = (html: string) => /<nav id="server-tabs".*?<\/nav>/s.exec(html)?.[0] ?? "";

  const seen = await asVic.get(path);
  const there = await asVic.get(`${path}/tools`);

  expect(textOf(`<main>${tabsOf(seen.html)}</main>`)).toBe("Overview Members 1");
  expect(textOf(there.html)).toContain("Ask an admin of the workspace for another role.");
  expect(there.html).toContain(`<a href="${path}">See how the server does</a>`);
});

test.each(["", "/tools", "/prompts", "/resources", "/members"])(
  "what is to be done next is asked for once, at %j",
  async (tab) => {
    const { path } = await addServer(ada);

    const { html } = await asBob.get(`${path}${tab}`);

    expect(html.match(/class="button button-primary"/g)).toHaveLength(1);
  },
);

test("what ends or deletes something says so on its button", async () => {
  const { path } = await addServer(ada);

  const { html } = await asAda.get(`${path}/settings`);

  const openers = [
    ...html.matchAll(/<button type="button" class="button [^"]*" popovertarget[^>]*>([^<]*)/g),
  ];
  expect(openers.map(([, label]) => label)).toEqual(["Disconnect", "Disable server", "Delete server"]);
  expect(html).not.toContain(">Save</button>");
});

test("another workspace's server is not there, whatever is asked of it", async () => {
  const { path } = await addServer(ada);
  const asEve = browse(app, (await eve.signedIn()).cookie);
  const elsewhere = path.replace(ada.workspaceId, eve.workspaceId);

  for (const place of [path, elsewhere])
    for (const page of [
      "",
      "/tools",
      "/prompts",
      "/resources",
      "/members",
      "/activity",
      "/settings",
      "/live",
    ])
      expect((await asEve.get(place + page)).status).toBe(404);
  for (const place of [path, elsewhere])
    for (const action of [
      "connect",
      "disconnect",
      "test",
      "enable",
      "disable",
      "clear",
      "delete",
      "settings",
    ])
      expect((await asEve.post(`${place}/${action}`)).status).toBe(404);
});

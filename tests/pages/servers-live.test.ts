import { afterAll, describe, expect, test } from "bun:test";
import * as sessions from "#src/db/sessions.ts";
import { hashToken } from "#src/lib/tokens.ts";
import { createChanges, standing } from "#src/services/changes.ts";
import { testApp } from "#tests/support/app.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { makePeople, makePerson, type Person } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, eve } = await makePeople(app);
const list = `/w/${ada.workspaceId}/servers`;
const servers: ReturnType<typeof startFakeMcpServer>[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function addServer(name: string): Promise<number> {
  const upstream = startFakeMcpServer();
  servers.push(upstream);
  const { id } = (await ada.post<{ id: number }>("mcp-servers", { url: upstream.url, name })).body;
  await ada.post(`mcp-servers/${id}/enable`);
  return id;
}

type Event = { id?: string; event?: string; data?: string };

/** Follows a page's stream as the browser does. `next` waits for the next thing that is said. */
async function follow(person: Person, path: string, headers: Record<string, string> = {}, at = app) {
  const { cookie } = await person.signedIn();
  const { publicUrl } = at.deps.settings;
  const response = await at.handle(
    new Request(new URL(path, publicUrl), { headers: { accept: "text/html", cookie, ...headers } }),
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  const next = async (): Promise<Event | null> => {
    for (;;) {
      const end = buffer.indexOf("\n\n");
      if (end >= 0) {
        const event = eventIn(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event) return event;
        continue;
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return null;
      buffer += value;
    }
  };
  return { response, cookie, next, stop: async () => await reader?.cancel() };
}

function eventIn(text: string): Event | null {
  const event: Event = {};
  for (const line of text.split("\n")) {
    const [, field, value = ""] = /^(id|event|data): (.*)$/.exec(line) ?? [];
    if (field === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (field) event[field as "id" | "event"] = value;
  }
  return Object.keys(event).length > 0 ? event : null;
}

/** Where the page's stream begins: what it shows, and the address that it follows. */
async function pageOf(person: Person, path: string): Promise<string> {
  const { cookie } = await person.signedIn();
  const html = await (
    await app.handle(
      new Request(new URL(path, app.deps.settings.publicUrl), { headers: { accept: "text/html", cookie } }),
    )
  ).text();
  return (/hx-sse:connect="([^"]+)"/.exec(html)?.[1] ?? "").replaceAll("&amp;", "&");
}

describe("a list that is open", () => {
  test("hears nothing while nothing happens, and a row when something does", async () => {
    const id = await addServer("Watched");
    const stream = await follow(bob, await pageOf(bob, list));
    const greeting = await stream.next();

    await bob.post(`mcp-servers/${id}/credentials`);
    const change = await stream.next();
    await stream.stop();

    expect(stream.response.headers.get("content-type")).toBe("text/event-stream;charset=utf-8");
    expect(greeting).toEqual({ id: expect.any(String) });
    expect(change?.data).toContain(`<tr role="row" id="server-${id}" hx-swap-oob="outerMorph">`);
    expect(change?.data).toContain("Connected");
    expect(change?.data).toContain('id="server-counts"');
    expect(change?.id).not.toBe(greeting?.id);
  });

  test("is shown each change as whoever looks may see it", async () => {
    const id = await addServer("Of two");
    const [adas, bobs] = [
      await follow(ada, await pageOf(ada, list)),
      await follow(bob, await pageOf(bob, list)),
    ];
    await Promise.all([adas.next(), bobs.next()]);

    await ada.post(`mcp-servers/${id}/credentials`);
    const [seenByAda, seenByBob] = await Promise.all([adas.next(), bobs.next()]);
    await Promise.all([adas.stop(), bobs.stop()]);

    const connection = (event: Event | null) =>
      /My connection".*?<\/svg>([^<]+)/s.exec(event?.data ?? "")?.[1];
    expect([connection(seenByAda), connection(seenByBob)]).toEqual(["Connected", "Not connected"]);
  });

  test("asks for itself when a server comes, and drops the row of one that goes", async () => {
    const before = await follow(ada, await pageOf(ada, list));
    await before.next();
    const id = await addServer("Newcomer");
    const came = await before.next();
    await before.stop();

    const after = await follow(ada, await pageOf(ada, list));
    await after.next();
    await ada.delete(`mcp-servers/${id}`);
    const went = await after.next();
    await after.stop();

    expect(came).toMatchObject({ event: "stale" });
    expect(went?.data).toContain(`<tr id="server-${id}" hx-swap-oob="delete">`);
  });

  test("that comes back after a break is told whether it missed anything", async () => {
    const id = await addServer("Missed");
    const stream = await follow(ada, await pageOf(ada, list));
    const { id: mark = "" } = (await stream.next()) ?? {};
    await stream.stop();

    const nothing = await follow(ada, `${list}/live`, { "last-event-id": mark });
    const calm = await nothing.next();
    await nothing.stop();
    await ada.post(`mcp-servers/${id}/test`);
    const something = await follow(ada, `${list}/live`, { "last-event-id": mark });
    const told = await something.next();
    await something.stop();

    expect(calm).toEqual({ id: mark });
    expect(told).toMatchObject({ event: "stale" });
  });

  test("hears nothing of another workspace", async () => {
    const stream = await follow(eve, await pageOf(eve, `/w/${eve.workspaceId}/servers`));
    await stream.next();

    await addServer("Not hers");
    await eve.post("mcp-servers", { url: "https://hers.example.com/mcp", discover: false });
    const heard = await stream.next();
    await stream.stop();

    expect(heard).toMatchObject({ event: "stale" });
  });
});

describe("a server's page that is open", () => {
  test("is sent its head, and its last test on the overview", async () => {
    const id = await addServer("Opened");
    const stream = await follow(ada, await pageOf(ada, `${list}/${id}`));
    await stream.next();

    await ada.post(`mcp-servers/${id}/test`);
    const change = await stream.next();
    await stream.stop();

    for (const part of ["server-head", "server-tabs", "next", "server-health"])
      expect(change?.data).toContain(`id="${part}"`);
  });

  test("is told of nothing but that server", async () => {
    const [one, other] = [await addServer("One"), await addServer("Other")];
    const stream = await follow(ada, await pageOf(ada, `${list}/${one}/tools`));
    await stream.next();

    await ada.post(`mcp-servers/${other}/test`);
    await ada.post(`mcp-servers/${one}/credentials`);
    const change = await stream.next();
    await stream.stop();

    expect(change?.data).toContain("Disconnect from One");
    expect(change?.data).not.toContain('id="server-health"');
  });

  test("says so when the server is gone", async () => {
    const id = await addServer("Doomed");
    const stream = await follow(ada, await pageOf(ada, `${list}/${id}`));
    await stream.next();

    await ada.delete(`mcp-servers/${id}`);
    const change = await stream.next();
    await stream.stop();

    expect(change?.data).toContain("This server was deleted");
  });
});

test("whoever is removed from the workspace is told so at once, keeps nothing on the page, and hears no more", async () => {
  const mallory = await makePerson(app, { name: "Mallory", role: "member", workspaceId: ada.workspaceId });
  const id = await addServer("Secret plans");
  const streams = [
    await follow(mallory, await pageOf(mallory, list)),
    await follow(mallory, await pageOf(mallory, `${list}/${id}`)),
  ];
  for (const stream of streams) await stream.next();

  await ada.delete(`members/${mallory.memberId}`);

  for (const stream of streams) {
    const [words, told, after] = [await stream.next(), await stream.next(), await stream.next()];
    expect(words?.data).toContain("You are no longer a member of this workspace<");
    expect(words?.data).toStartWith('<main id="main" hx-swap-oob="innerHTML">');
    expect(told).toEqual({ event: "ended" });
    expect(after).toBeNull();
  }
});

test("whoever gets another role is told which, at once, and nobody else is", async () => {
  const mallory = await makePerson(app, { name: "Mallory 2", role: "admin", workspaceId: ada.workspaceId });
  const id = await addServer("Of interest");
  const stream = await follow(mallory, await pageOf(mallory, list));
  const others = await follow(bob, await pageOf(bob, list));
  await Promise.all([stream.next(), others.next()]);

  await ada.patch(`members/${mallory.memberId}`, { role: "viewer" });
  const [words, told, after] = [await stream.next(), await stream.next(), await stream.next()];
  await ada.post(`mcp-servers/${id}/test`);
  const next = await others.next();
  await others.stop();

  expect(words?.data).toContain("You are a viewer here from now on.");
  expect([told, after]).toEqual([{ event: "ended" }, null]);
  expect(next?.data).toContain(`id="server-${id}"`);
});

test("whoever signs out is told so with the next change, and nothing more", async () => {
  const id = await addServer("Signed out");
  const stream = await follow(bob, await pageOf(bob, list));
  await stream.next();

  await sessions.remove(app.deps.db, hashToken(stream.cookie.split("=")[1] ?? ""));
  await ada.post(`mcp-servers/${id}/test`);
  const [words, told, after] = [await stream.next(), await stream.next(), await stream.next()];

  expect(words?.data).toContain("You were signed out<");
  expect(words?.data).not.toContain("Signed out");
  expect([told, after]).toEqual([{ event: "ended" }, null]);
});

test("a stream is no way around the sign-in, or into another workspace", async () => {
  const answers = await Promise.all([
    app.handle(new Request(new URL(`${list}/live`, app.deps.settings.publicUrl))),
    follow(eve, `${list}/live`).then(({ response }) => response),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([302, 404]);
});

test("what happens before this process listens is told to the first page that is open", async () => {
  const began = Promise.withResolvers<void>();
  const early = await testApp(
    { RATE_LIMIT: "0" },
    { changes: createChanges({ listen: () => began.promise }, app.deps.log) },
  );
  const { ada: first } = await makePeople(early);
  const { mark } = await standing({
    db: early.deps.db,
    member: { ...first, id: first.memberId, role: "owner", scopes: [] },
  });
  const stream = await follow(first, `/w/${first.workspaceId}/servers/live?since=${mark}`, {}, early);

  await first.post("mcp-servers", { url: "https://early.invalid/mcp", discover: false });
  began.resolve();

  expect(await stream.next()).toMatchObject({ event: "stale" });
  await stream.stop();
});

test("the app's stop ends every stream, and begins none", async () => {
  const stream = await follow(ada, `${list}/live`);
  await stream.next();

  app.deps.changes.close();

  expect(await stream.next()).toBeNull();
  expect(await (await follow(ada, `${list}/live`)).next()).toBeNull();
});

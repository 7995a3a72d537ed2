import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { eq, lte, sql } from "drizzle-orm";
import { icons, servers } from "#src/db/schema.ts";
import * as serverRows from "#src/db/servers.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { createKeyring } from "#src/lib/keyring.ts";
import { createLogger } from "#src/lib/log.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { iconUrl, replaceIcon, requestIcon, showIcon, startIconRefresh } from "#src/services/icons.ts";
import { refreshIcons } from "#src/services/icons/refresh.ts";
import { readSettings } from "#src/settings.ts";
import { testDatabase } from "#tests/support/database.ts";
import * as pictures from "#tests/support/pictures.ts";
import { serveSite, silent } from "#tests/support/site.ts";

const { db } = await testDatabase();
const fetch = createGuardedFetch({ allowLoopback: true, exceptions: [] });
const lines: string[] = [];
const log = createLogger({ level: "error", destination: { write: (line) => void lines.push(line) } });
const deps = {
  db,
  fetch,
  log,
  keyring: createKeyring([{ id: "test", key: new Uint8Array(32).fill(7) }]),
  settings: readSettings({ PUBLIC_URL: "https://switchyard.example.com" }),
};
const workspace = await workspaces.insert(db, "Ours");
const never = new AbortController().signal;
const sites: ReturnType<typeof serveSite>[] = [];

afterEach(async () => {
  sites.splice(0).forEach((site) => void site.close());
  await db.delete(servers);
});
afterAll(() => fetch.close());

function site(pages: Parameters<typeof serveSite>[0]) {
  const served = serveSite(pages);
  sites.push(served);
  return served;
}

const addServer = (url: string, name = url) =>
  serverRows.insert(db, workspace.id, { name, url, authType: "direct_auth" });

const iconOf = async (server: { id: number }) =>
  (await db.select().from(icons).where(eq(icons.serverId, server.id)))[0];

const daysUntil = (moment: Date | undefined) => ((moment?.getTime() ?? 0) - Date.now()) / 86_400_000;

const shown = (server: serverRows.ServerRow) => {
  const token = new URL(iconUrl(deps, { ...server, iconVersion: 1 })).searchParams.get("token") ?? "";
  return showIcon(deps, { workspaceId: server.workspaceId, serverId: server.id, token });
};

/** A picture that can be another one the next time. */
function changing() {
  const state = { bytes: pictures.png({ shade: 1 }) };
  return { state, answer: () => new Response(new Uint8Array(state.bytes)) };
}

describe("an icon that was asked for", () => {
  test("is found, kept and shown, and looked for again in about a week", async () => {
    const { state, answer } = changing();
    const server = await addServer(site({ "/favicon.ico": answer }).at("/mcp"));
    await requestIcon(deps, server);

    await refreshIcons(deps, never);

    const icon = await iconOf(server);
    expect(icon).toMatchObject({ version: 2, contentType: "image/png", fetchedAt: expect.any(Date) });
    expect(daysUntil(icon?.refreshAt)).toBeWithin(6.2, 7.8);
    expect(await shown(server)).toMatchObject({ contentType: "image/png", bytes: state.bytes });
  });

  test("that is not found stays a monogram, and is looked for again in a day", async () => {
    const server = await addServer(site({}).at("/mcp"), "Linear");
    await requestIcon(deps, server);

    await refreshIcons(deps, never);

    const icon = await iconOf(server);
    expect(icon).toMatchObject({ version: 1, content: null, fetchedAt: null });
    expect(daysUntil(icon?.refreshAt)).toBeWithin(0.9, 1.1);
    const picture = await shown(server);
    expect(picture.contentType).toBe("image/svg+xml");
    expect(new TextDecoder().decode(picture.bytes)).toContain(">L</text>");
  });

  test("is the same version while the picture is the same, and another when it changes", async () => {
    const { state, answer } = changing();
    const server = await addServer(site({ "/favicon.ico": answer }).at("/mcp"));
    const versions: (number | undefined)[] = [];

    for (const shade of [1, 1, 2]) {
      state.bytes = pictures.png({ shade });
      await requestIcon(deps, server);
      await refreshIcons(deps, never);
      versions.push((await iconOf(server))?.version);
    }

    expect(versions).toEqual([2, 2, 3]);
  });

  test("stays what it was while the site is down", async () => {
    const { state, answer } = changing();
    const served = site({ "/favicon.ico": answer });
    const server = await addServer(served.at("/mcp"));
    await requestIcon(deps, server);
    await refreshIcons(deps, never);

    await served.close();
    await requestIcon(deps, server);
    await refreshIcons(deps, never);

    expect((await shown(server)).bytes).toEqual(state.bytes);
  });

  test("goes when the server moves to another origin", async () => {
    const server = await addServer(site({ "/favicon.ico": changing().answer }).at("/mcp"));
    await requestIcon(deps, server);
    await refreshIcons(deps, never);

    await replaceIcon(deps, server);

    expect((await shown(server)).contentType).toBe("image/svg+xml");
    expect(await iconOf(server)).toMatchObject({ version: 3, content: null, contentType: null });
  });

  test("of a server that is gone meets nobody", async () => {
    const served = site({});
    const server = await addServer(served.at("/mcp"));
    await requestIcon(deps, server);
    await serverRows.remove(db, server.workspaceId, server.id);

    await refreshIcons(deps, never);

    expect(served.asked).toEqual([]);
  });
});

test("a token that we did not make costs no look into the database", async () => {
  const closed = new Proxy(db, {
    get() {
      throw new Error("The database was asked.");
    },
  });

  const shown = showIcon({ ...deps, db: closed }, { workspaceId: workspace.id, serverId: 1, token: "x" });

  await expect(shown).rejects.toMatchObject({ reason: "invalid_icon_token" });
});

describe("several workers", () => {
  test("share the work, and nobody is asked twice", async () => {
    const served = Array.from({ length: 7 }, () => site({ "/favicon.ico": changing().answer }));
    for (const { at } of served) await requestIcon(deps, await addServer(at("/mcp")));

    await Promise.all([refreshIcons(deps, never), refreshIcons(deps, never), refreshIcons(deps, never)]);

    expect(served.map(({ paths }) => paths())).toEqual(served.map(() => ["/", "/favicon.ico"]));
    expect(await db.$count(icons, eq(icons.version, 2))).toBe(7);
  });

  test("leave what nobody is to look for yet", async () => {
    const served = site({});
    await requestIcon(deps, await addServer(served.at("/mcp")));
    await db.update(icons).set({ refreshAt: sql`now() + interval '1 hour'` });

    await refreshIcons(deps, never);

    expect(served.asked).toEqual([]);
  });

  test("take over what one that died had claimed, two minutes later", async () => {
    const server = await addServer(site({ "/": silent }).at("/mcp"));
    await requestIcon(deps, server);
    const dying = new AbortController();

    const search = refreshIcons(deps, dying.signal);
    await until(async () => daysUntil((await iconOf(server))?.refreshAt) > 0);
    dying.abort();
    await search;

    expect(daysUntil((await iconOf(server))?.refreshAt) * 1440).toBeWithin(1.5, 2.1);
  });

  test("each look at two servers at once and no more", async () => {
    const served = site({ "/": silent });
    for (const path of ["/a", "/b", "/c"]) await requestIcon(deps, await addServer(served.at(path)));
    const stop = new AbortController();

    const search = refreshIcons(deps, stop.signal);
    await until(() => served.asked.length === 2);
    const unclaimed = await db.$count(icons, lte(icons.refreshAt, sql`now()`));
    stop.abort();
    await search;

    expect(unclaimed).toBe(1);
    expect(served.paths()).toEqual(["/", "/"]);
  });
});

test("what is found for a server that changed meanwhile is not kept, but looked for anew", async () => {
  const server = await addServer("http://127.0.0.1:1/mcp");
  const moved = site({ "/favicon.ico": changing().answer });
  const served = site({
    "/favicon.ico": async () => {
      await serverRows.update(db, server.workspaceId, server.id, { url: moved.at("/mcp") });
      await replaceIcon(deps, server);
      return new Response(new Uint8Array(pictures.png({ shade: 99 })));
    },
  });
  await serverRows.update(db, server.workspaceId, server.id, { url: served.at("/mcp") });
  await requestIcon(deps, server);

  await refreshIcons(deps, never);

  expect(moved.paths()).toEqual(["/", "/favicon.ico"]);
  expect((await shown(server)).bytes).toEqual(pictures.png({ shade: 1 }));
});

describe("the worker of an app", () => {
  test("begins with what is due, and wakes when something is asked for", async () => {
    const first = await addServer(site({ "/favicon.ico": changing().answer }).at("/mcp"));
    const second = await addServer(site({ "/favicon.ico": changing().answer }).at("/mcp"));
    await requestIcon(deps, first);

    const stop = startIconRefresh(deps);
    await until(async () => (await iconOf(first))?.version === 2);
    await requestIcon(deps, second);
    await until(async () => (await iconOf(second))?.version === 2);
    await stop();

    expect(lines).toEqual([]);
  });

  test("stops at once, though a site hangs, and does nothing after", async () => {
    const served = site({ "/": silent });
    await requestIcon(deps, await addServer(served.at("/mcp")));
    const stop = startIconRefresh(deps);
    await until(() => served.asked.length === 1);
    const stoppedAt = performance.now();

    await stop();
    await requestIcon(deps, await addServer(served.at("/other")));

    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    expect(served.paths()).toEqual(["/"]);
  });

  test("survives a database that fails, says so, and goes on", async () => {
    const server = await addServer(site({ "/favicon.ico": changing().answer }).at("/mcp"));
    await db.execute(sql`alter table icons rename to icons_away`);

    const stop = startIconRefresh(deps);
    await until(() => lines.length === 1);
    await db.execute(sql`alter table icons_away rename to icons`);
    await requestIcon(deps, server);
    await until(async () => (await iconOf(server))?.version === 2);
    await stop();

    expect(lines.splice(0)[0]).toContain("icons were not refreshed");
  });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(2);
}

import { afterAll, describe, expect, test } from "bun:test";
import { icons } from "#src/db/schema.ts";
import * as serverRows from "#src/db/servers.ts";
import { iconUrl, requestIcon } from "#src/services/icons.ts";
import { refreshIcons } from "#src/services/icons/refresh.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import * as pictures from "#tests/support/pictures.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp({ PUBLIC_URL: "https://switchyard.example.com" });
const { ada, eve, stranger } = await makePeople(app);
const picture = new Uint8Array(pictures.png());
const site = serveSite({ "/favicon.ico": new Response(picture) });
afterAll(() => site.close());

let made = 0;

/** A server with no icon yet, and where its icon is shown. */
async function addServer(workspaceId = ada.workspaceId, name = "Linear") {
  made += 1;
  const server = await serverRows.insert(app.deps.db, workspaceId, {
    name: `${name} ${made}`,
    url: site.at(`/${made}`),
    authType: "direct_auth",
  });
  return { server, url: new URL(iconUrl(app.deps, { ...server, iconVersion: 1 })) };
}

async function addServerWithPicture() {
  const added = await addServer();
  await requestIcon(app.deps, added.server);
  await refreshIcons(app.deps, new AbortController().signal);
  return added;
}

const get = (url: URL | string, headers: Record<string, string> = {}) =>
  stranger.send(new URL(url).pathname + new URL(url).search, { headers });

const codeOf = async (response: Response) =>
  ((await response.json()) as { detail: { code: string } }).detail.code;

const tokenOf = (url: URL): string => url.searchParams.get("token") ?? "";

const { server, url } = await addServer();
const token = tokenOf(url);
const neighbour = tokenOf((await addServer()).url);
const foreign = tokenOf((await addServer(eve.workspaceId)).url);

describe("a picture that was found", () => {
  test("is shown to whoever has its address, as exactly what it is", async () => {
    const { url } = await addServerWithPicture();

    const shown = await get(url);

    expect(shown.status).toBe(200);
    expect(await shown.bytes()).toEqual(picture);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "cross-origin",
      "cache-control": "public, max-age=86400",
      etag: expect.stringMatching(/^"[^"]+"$/),
      "x-request-id": expect.any(String),
    });
    expect(shown.headers.get("set-cookie")).toBeNull();
  });

  test.each(["exact", "weak", "among others", "any"])(
    "is not sent again to a client that has it: %s",
    async (kind) => {
      const { url } = await addServerWithPicture();
      const etag = (await get(url)).headers.get("etag") ?? "";
      const known = { exact: etag, weak: `W/${etag}`, "among others": `"x", ${etag}`, any: "*" }[kind] ?? "";

      const again = await get(url, { "if-none-match": known });

      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.headers.get("cache-control")).toBe("public, max-age=86400");
    },
  );

  test("is sent to a client that has another", async () => {
    const { url } = await addServerWithPicture();

    const shown = await get(url, { "if-none-match": `"x"` });

    expect(shown.status).toBe(200);
  });
});

describe("a server without a picture", () => {
  test("shows a monogram of its name, under the same rules", async () => {
    const { url } = await addServer(ada.workspaceId, "<svg onload=alert(1)>");

    const shown = await get(url);

    expect(shown.status).toBe(200);
    expect(shown.headers.get("content-type")).toBe("image/svg+xml");
    expect(shown.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
    const drawn = await shown.text();
    expect(drawn).toStartWith("<svg ");
    expect(drawn).not.toContain("onload");
  });

  test("asks nobody for one, however often it is shown", async () => {
    const { server, url } = await addServer();
    await requestIcon(app.deps, server);
    const askedBefore = site.asked.length;

    const shown = await Promise.all(Array.from({ length: 20 }, () => get(url)));

    expect(new Set(shown.map(({ status }) => status))).toEqual(new Set([200]));
    expect(site.asked.length).toBe(askedBefore);
  });

  test("shows another one, with another tag, once it has another name", async () => {
    const { server, url } = await addServer();
    const before = await get(url);
    await serverRows.update(app.deps.db, server.workspaceId, server.id, { name: `Notion ${made}` });

    const after = await get(url);

    expect(await after.text()).toContain(">N</text>");
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
  });
});

describe("the address", () => {
  test("is absolute, from the public URL, and the one that members read", async () => {
    const { server, url } = await addServer();
    await app.deps.db
      .insert(icons)
      .values({ workspaceId: server.workspaceId, serverId: server.id, version: 4 });

    const read = await ada.get<{ iconUrl: string }>(`mcp-servers/${server.id}`);

    expect(url.origin).toBe("https://switchyard.example.com");
    expect(read.body.iconUrl).toBe(iconUrl(app.deps, { ...server, iconVersion: 4 }));
    expect((await get(read.body.iconUrl)).status).toBe(200);
    expect((await get(url)).status).toBe(200);
  });

  test.each([
    ["no token", ""],
    ["an empty one", "?token="],
    ["a word", "?token=x"],
    ["one that is a character short", `?token=${token.slice(0, -1)}`],
    ["one of odd length", `?token=${token}a`],
    ["one with another letter", `?token=${token.slice(0, -2)}${token.endsWith("A") ? "BB" : "AA"}`],
    ["in capitals", `?token=${token.toUpperCase()}`],
    ["given twice", `?token=${token}&token=${token}`],
    ["as a list", `?token[]=${token}`],
    ["as JSON", `?token=%5B%22${token}%22%5D`],
    ["with NUL", `?token=${token}%00`],
    ["with broken escapes", `?token=%ZZ%E0%A4%A`],
    ["very long", `?token=${"A".repeat(20_000)}`],
    ["another server's", `?token=${neighbour}`],
    ["another workspace's", `?token=${foreign}`],
  ])("with a wrong token is refused: %s", async (_, query) => {
    const refused = await get(new URL(url.pathname + query, url));

    expect(refused.status).toBe(403);
    expect(await codeOf(refused)).toBe("invalid_icon_token");
  });

  test.each([
    ["an unknown server", `/api/v2/w/${server.workspaceId}/mcp-servers/2147483647/icon`],
    ["another workspace", `/api/v2/w/${eve.workspaceId}/mcp-servers/${server.id}/icon`],
    ["an unknown workspace", `/api/v2/w/${crypto.randomUUID()}/mcp-servers/${server.id}/icon`],
    ["what is no workspace", `/api/v2/w/x%00y/mcp-servers/${server.id}/icon`],
  ])("of %s is refused like a wrong token", async (_, path) => {
    const wrongToken = await get(new URL(`${url.pathname}?token=x`, url));

    const refused = await get(new URL(`${path}?token=${token}`, url));

    const [expected, actual] = [await wrongToken.json(), await refused.json()] as { detail: object }[];
    expect(refused.status).toBe(403);
    expect({ ...actual?.detail, requestId: "" }).toEqual({ ...expected?.detail, requestId: "" });
  });

  test("of a server that was deleted is refused", async () => {
    const gone = await addServer();
    await serverRows.remove(app.deps.db, gone.server.workspaceId, gone.server.id);

    const refused = await get(gone.url);

    expect(refused.status).toBe(403);
    expect(await codeOf(refused)).toBe("invalid_icon_token");
  });

  test.each(["0", "-1", "1e3", "0x1", "9007199254740993", "icon"])(
    "with the id %s is not found",
    async (id) => {
      const missing = await get(
        new URL(`/api/v2/w/${server.workspaceId}/mcp-servers/${id}/icon?token=${token}`, url),
      );

      expect(missing.status).toBe(404);
    },
  );
});

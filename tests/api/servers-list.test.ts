import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import * as credentials from "#src/db/credentials.ts";
import { servers } from "#src/db/schema.ts";
import { encodeCursor } from "#src/lib/page-cursor.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { type Caller, makePeople, type Person } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const { db } = app.deps;

/** Six servers whose states, counts and times have ties; in the order of their ids. */
async function addSix(ada: Person, bob: Person): Promise<McpServer[]> {
  const states = ["READY", "REGISTER", "READY", "AUTHORIZE", "REGISTER", "READY"] as const;
  const connected = [[], [ada, bob], [ada], [], [bob], [ada, bob]];
  const names = ["delta", "Alpha", "charlie", "bravo", "Échelon", "alpha 2"];
  for (const [index, name] of names.entries()) {
    const { id } = await addServer(ada, { url: nowhere(), name });
    const state = states[index] ?? "READY";
    const createdAt = new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 2)));
    await db
      .update(servers)
      .set({ state, enabled: state === "READY", createdAt, updatedAt: createdAt })
      .where(eq(servers.id, id));
    for (const { memberId } of connected[index] ?? [])
      await credentials.put(
        db,
        { workspaceId: ada.workspaceId, serverId: id, memberId },
        { kind: "direct_auth", sealed: null },
      );
  }
  return (await ada.get<McpServer[]>("mcp-servers")).body.sort((a, b) => a.id - b.id);
}

/** Follows `Link` from page to page. */
async function walk(caller: Caller, path: string): Promise<McpServer[]> {
  const seen: McpServer[] = [];
  for (let next: string | null = path; next !== null;) {
    const page: { status: number; body: McpServer[]; headers: Headers } = await caller.get<McpServer[]>(next);
    expect([page.status, page.headers.get("x-total-count")]).toEqual([200, "6"]);
    seen.push(...page.body);
    const link = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    next = link ? link.replace(app.deps.settings.publicUrl.origin, "") : null;
  }
  return seen;
}

const idsOf = (list: McpServer[]) => list.map(({ id }) => id);

test.each(["name", "createdAt", "updatedAt", "state", "memberCount"] as const)(
  "sorted by %s, pages of any size repeat and skip nothing, in both orders",
  async (sortBy) => {
    const { ada, bob } = await makePeople(app);
    await addSix(ada, bob);

    const whole = (await ada.get<McpServer[]>(`mcp-servers?sortBy=${sortBy}`)).body;
    const reversed = (await ada.get<McpServer[]>(`mcp-servers?sortBy=${sortBy}&sortOrder=desc`)).body;

    expect(idsOf(reversed)).toEqual(idsOf(whole).reverse());
    for (const limit of [1, 2, 5, 6]) {
      expect(idsOf(await walk(ada, `mcp-servers?sortBy=${sortBy}&limit=${limit}`))).toEqual(idsOf(whole));
      expect(idsOf(await walk(ada, `mcp-servers?sortBy=${sortBy}&sortOrder=desc&limit=${limit}`))).toEqual(
        idsOf(reversed),
      );
    }
  },
);

test("each order is what it says, and ties are broken by id", async () => {
  const { ada, bob } = await makePeople(app);
  const [one, two, three, four, five, six] = await addSix(ada, bob);
  const sorted = async (query: string) => idsOf((await ada.get<McpServer[]>(`mcp-servers?${query}`)).body);
  const ids = (...list: (McpServer | undefined)[]) => idsOf(list.filter((server) => server !== undefined));

  expect((await sorted("")).slice(0, 5)).toEqual(ids(two, six, four, three, one));
  expect(await sorted("sortBy=createdAt")).toEqual(ids(one, two, three, four, five, six));
  expect(await sorted("sortBy=state")).toEqual(ids(four, one, three, six, two, five));
  expect(await sorted("sortBy=memberCount")).toEqual(ids(one, four, three, five, two, six));
});

test("memberCount counts everybody's connections, and connection is the asking member's own", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const [, two] = await addSix(ada, bob);

  const seen = [];
  for (const person of [ada, bob, vic])
    seen.push((await person.get<McpServer>(`mcp-servers/${two?.id}`)).body);

  expect(seen.map(({ memberCount, connection }) => [memberCount, connection])).toEqual([
    [2, "connected"],
    [2, "connected"],
    [2, "not_connected"],
  ]);
});

test("filters narrow the list, alone and together, and the count goes with them", async () => {
  const { ada, bob } = await makePeople(app);
  await addSix(ada, bob);
  const found = async (query: string) => {
    const { body, headers } = await ada.get<McpServer[]>(`mcp-servers?${query}`);
    expect(headers.get("x-total-count")).toBe(String(body.length));
    return body.map(({ name }) => name);
  };

  expect(await found("state=AUTHORIZE")).toEqual(["bravo"]);
  expect(await found("enabled=true")).toEqual(["alpha 2", "charlie", "delta"]);
  expect(await found("enabled=False&state=REGISTER")).toHaveLength(2);
  expect(await found("q=ALPHA")).toEqual(["Alpha", "alpha 2"]);
  expect(await found("q=alpha&enabled=1")).toEqual(["alpha 2"]);
  expect(await found("q=.invalid")).toHaveLength(6);
  expect(await found("q=%25")).toEqual([]);
  expect(await found("q=_")).toEqual([]);
  expect(await found("q=%5C")).toEqual([]);
  expect(await found("q='%3B%20drop%20table%20servers--")).toEqual([]);
  expect(await found("q=")).toHaveLength(6);
});

test("a page behind the last one is empty, and still knows how many there are", async () => {
  const { ada, bob } = await makePeople(app);
  const [first] = await addSix(ada, bob);

  const cursor = encodeCursor(["memberCount", "asc", 1_000, first?.id ?? 1]);
  const { body, headers } = await ada.get(`mcp-servers?sortBy=memberCount&cursor=${cursor}&q=invalid`);

  expect([body, headers.get("x-total-count"), headers.get("link")]).toEqual([[], "6", null]);
});

test("the next page's address is absolute, built from the public URL, and keeps what was asked for", async () => {
  const { ada, bob } = await makePeople(app);
  await addSix(ada, bob);

  const { headers } = await ada.get("mcp-servers?limit=2&sortBy=createdAt&sortOrder=desc&enabled=true", {
    "x-forwarded-host": "evil.example.com",
    "x-forwarded-proto": "https",
  });

  const [, next = ""] = /^<([^>]+)>; rel="next"$/.exec(headers.get("link") ?? "") ?? [];
  const { origin, pathname, searchParams } = new URL(next);
  expect([origin, pathname]).toEqual(["http://127.0.0.1:3000", ada.path("mcp-servers")]);
  expect(Object.fromEntries(searchParams)).toEqual({
    limit: "2",
    sortBy: "createdAt",
    sortOrder: "desc",
    enabled: "true",
    cursor: expect.any(String),
  });
});

test.each([
  "limit=0",
  "limit=201",
  "limit=-1",
  "limit=1e1",
  "limit=0x10",
  "limit=1.0",
  "limit=01",
  "limit=",
  "limit=many",
  "sortBy=password_hash",
  "sortBy=Name",
  "sortBy=name%3B--",
  "sortOrder=up",
  "sortOrder=ASC",
  "state=ready",
  "enabled=perhaps",
  "q=%00",
  `q=${"a".repeat(201)}`,
  "cursor=",
  "cursor=x",
  "cursor=%00",
  `cursor=${encodeCursor(["name", "desc", "a", 1])}`,
  `cursor=${encodeCursor(["createdAt", "asc", "2026-01-01T00:00:00.000Z", 1])}`,
  `cursor=${encodeCursor(["name", "asc", 5, 1])}`,
  `cursor=${encodeCursor(["name", "asc", null, 1])}`,
  `cursor=${encodeCursor(["name", "asc", "a", 0])}`,
  `cursor=${encodeCursor(["name", "asc", "a", 2 ** 31])}`,
  `cursor=${encodeCursor(["name", "asc", "a"])}`,
  `sortBy=memberCount&cursor=${encodeCursor(["memberCount", "asc", 2 ** 31, 1])}`,
  `sortBy=memberCount&cursor=${encodeCursor(["memberCount", "asc", -1, 1])}`,
  `sortBy=memberCount&cursor=${encodeCursor(["memberCount", "asc", "1", 1])}`,
  "limit=1&limit=x",
])("%s is a bad query", async (query) => {
  const { ada } = await makePeople(app);

  const { status, body } = await ada.get(`mcp-servers?${query}`);

  const errors = [{ path: expect.stringMatching(/^\/[a-zA-Z]+$/), message: expect.any(String) }];
  expect([status, body]).toMatchObject([400, { detail: { code: "bad_request", errors } }]);
});

test("times in a cursor that are no times find nothing and break nothing", async () => {
  const { ada, bob } = await makePeople(app);
  await addSix(ada, bob);

  const cursor = encodeCursor(["createdAt", "asc", "9999-99-99", 1]);
  const { status } = await ada.get(`mcp-servers?sortBy=createdAt&cursor=${cursor}`);

  expect(status).toBe(200);
});

test("a list that a client still has is not sent again, until something in it changes", async () => {
  const { ada } = await makePeople(app);
  const server = await addServer(ada, { url: nowhere() });
  const etag = (await ada.get("mcp-servers")).headers.get("etag") ?? "";

  const same = await ada.get("mcp-servers", { "if-none-match": `"other", ${etag}` });
  await ada.patch(`mcp-servers/${server.id}`, { description: "New" });
  const changed = await ada.get("mcp-servers", { "if-none-match": etag });

  expect(etag).toMatch(/^W\/"[^"]+"$/);
  expect([same.status, same.body, same.headers.get("etag")]).toEqual([304, null, etag]);
  expect([same.headers.get("x-total-count"), same.headers.get("cache-control")]).toEqual([
    "1",
    "private, no-cache",
  ]);
  expect([changed.status, changed.headers.get("etag") === etag]).toEqual([200, false]);
});

test("everybody with apps:read sees the list; no one else does", async () => {
  const { ada, vic, eve, stranger } = await makePeople(app);
  await addServer(ada, { url: nowhere() });

  const answers = [
    await vic.get<McpServer[]>("mcp-servers"),
    await vic.get<McpServer[]>("mcp-servers/"),
    await eve.get(ada.path("mcp-servers")),
    await eve.get("mcp-servers"),
    await stranger.get("mcp-servers?limit=x"),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200, 401]);
  expect([answers[0]?.body, answers[1]?.body, answers[3]?.body]).toMatchObject([[{}], [{}], []]);
});

test("no tools, secrets or foreign fields stand in the list, and OAuth switches only for admins", async () => {
  const { ada, vic } = await makePeople(app);
  await addServer(ada, {
    url: nowhere(),
    authType: "oauth",
    oauth: { clientId: "c", clientSecret: "canary-123" },
  });

  const forVic = await vic.get<McpServer[]>("mcp-servers");
  const forAda = await ada.get<McpServer[]>("mcp-servers");

  expect(Object.keys(forVic.body[0] ?? {})).not.toContain("oauth");
  expect(forAda.body[0]?.oauth).toMatchObject({ clientId: "c", hasClientSecret: true });
  for (const { body } of [forVic, forAda]) {
    expect(JSON.stringify(body)).not.toContain("canary-123");
    expect(body[0]).not.toContainKeys(["tools", "oauthSecret", "version", "challenge", "headerName"]);
  }
});

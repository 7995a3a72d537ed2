import { afterAll, expect, test } from "bun:test";
import type { McpServerMember } from "#src/services/server-members.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople, makePerson } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

test("everybody sees who has connected, and no token or part of one", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.post(`mcp-servers/${id}/credentials`);
  await bob.post(`mcp-servers/${id}/credentials`);

  const { status, body, headers } = await vic.get<McpServerMember[]>(`mcp-servers/${id}/members`);

  expect([status, headers.get("x-total-count")]).toEqual([200, "2"]);
  expect(body).toEqual([
    expect.objectContaining({ memberId: ada.memberId, name: "Ada", role: "owner" }),
    {
      memberId: bob.memberId,
      name: "Bob",
      email: bob.account.email,
      avatarUrl: null,
      role: "member",
      connection: "connected",
      scopes: [],
      connectedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      lastUsedAt: null,
      expiresAt: null,
    },
  ]);
});

test("a use is noted", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.post(`mcp-servers/${id}/credentials`);
  const lastUsedAt = async () =>
    (await ada.get<McpServerMember[]>(`mcp-servers/${id}/members`)).body[0]?.lastUsedAt ?? null;

  const before = await lastUsedAt();
  await ada.get(`mcp-servers/${id}/tools`);

  expect(before).toBeNull();
  for (let tries = 0; (await lastUsedAt()) === null && tries < 100; tries += 1) await Bun.sleep(5);
  expect(await lastUsedAt()).toEndWith("Z");
});

test("pages of one neither repeat nor skip", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  const others = [];
  for (const name of ["Cyd", "Dan"])
    others.push(await makePerson(app, { name, role: "member", workspaceId: ada.workspaceId }));
  for (const person of [...others, bob, ada]) await person.post(`mcp-servers/${id}/credentials`);

  const seen: string[] = [];
  for (let path: string | null = `mcp-servers/${id}/members?limit=1`; path !== null;) {
    const page: { body: McpServerMember[]; headers: Headers } = await ada.get<McpServerMember[]>(path);
    seen.push(...page.body.map(({ name }) => name));
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    path = next ? new URL(next).pathname + new URL(next).search : null;
  }

  expect(seen).toEqual(["Ada", "Bob", "Cyd", "Dan"]);
});

test("an admin disconnects somebody, once", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  await bob.get(`mcp-servers/${id}/tools`);

  const once = await ada.delete(`mcp-servers/${id}/members/${bob.memberId}`);
  const twice = await ada.delete(`mcp-servers/${id}/members/${bob.memberId}`);

  expect([once.status, once.body]).toEqual([200, { connected: false, revocation: "unsupported" }]);
  expect([twice.status, twice.code]).toEqual([404, "not_found"]);
  expect((await bob.get(`mcp-servers/${id}/tools`)).code).toBe("member_auth_required");
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "credential.disconnected", actor: { name: "Ada" }, details: { memberId: bob.memberId } },
    {},
    {},
    {},
  ]);
});

test.each(["0", "-1", "1e3", "0x1", "01", "1.0", "9007199254740993", "2147483648", "%00", "me"])(
  "the member %s has connected nowhere",
  async (memberId) => {
    const { ada } = await makePeople(app);
    const { id } = await addServer(ada, { url: nowhere() });

    expect((await ada.delete(`mcp-servers/${id}/members/${memberId}`)).code).toBe("not_found");
  },
);

test.each(["limit=0", "cursor=x", "limit=1e1"])("%s is a bad query", async (query) => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  expect((await ada.get(`mcp-servers/${id}/members?${query}`)).code).toBe("bad_request");
});

test("another list's cursor is not this one's", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  for (const person of [ada, bob]) await person.post(`mcp-servers/${id}/credentials`);
  const { headers } = await ada.get("members?limit=1");
  const cursor = /cursor=([^&>]+)/.exec(headers.get("link") ?? "")?.[1];

  expect((await ada.get(`mcp-servers/${id}/members?cursor=${cursor}`)).code).toBe("bad_request");
});

test("members and viewers disconnect nobody, and strangers see nobody", async () => {
  const { ada, bob, vic, eve, stranger } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.post(`mcp-servers/${id}/credentials`);
  const path = `mcp-servers/${id}/members`;

  const answers = [
    await stranger.get(path),
    await eve.get(ada.path(path)),
    await eve.get(path),
    await stranger.delete(`${path}/${ada.memberId}`),
    await bob.delete(`${path}/${ada.memberId}`),
    await vic.delete(`${path}/${ada.memberId}`),
    await eve.delete(ada.path(`${path}/${ada.memberId}`)),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 404, 404, 401, 403, 403, 404]);
  expect((await ada.get(path)).headers.get("x-total-count")).toBe("1");
});

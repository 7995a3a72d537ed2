import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { result, startFakeMcpServer, type Answer } from "#tests/support/fake-mcp-server.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

/** What would be done after an answer; a test says when. */
const pieces: (() => Promise<void>)[] = [];
const app = await testApp({ RATE_LIMIT: "0" }, { lanes: { run: (_, work) => void pieces.push(work) } });
const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

const lists: Record<string, Answer> = {
  "tools/list": (message) => result(message, { tools: [{ name: "a" }, { name: "b" }] }),
  "prompts/list": (message) => result(message, { prompts: [{ name: "p" }] }),
  "resources/list": (message) => result(message, { resources: [{ uri: "x:1" }, { uri: "x:2" }] }),
  "resources/templates/list": (message) => result(message, { resourceTemplates: [{ uriTemplate: "x:{n}" }] }),
};

async function setUp(answers: Record<string, Answer> = {}) {
  const people = await makePeople(app);
  const upstream = startFakeMcpServer({ ...lists, ...answers });
  stops.push(upstream.stop);
  const server = await addReadyServer(people.ada, upstream.url);
  pieces.splice(0);
  return { ...people, upstream, server, path: `mcp-servers/${server.id}` };
}

/** What was put off for later is done now. */
async function later(): Promise<void> {
  for (const work of pieces.splice(0)) await work();
}

const countsOn = async (person: Person, { id }: McpServer): Promise<string[]> => {
  const { html } = await browse(app, (await person.signedIn()).cookie).get(
    `/w/${person.workspaceId}/servers/${id}`,
  );
  return ["Tools", "Prompts", "Resources"].map(
    (tab) => new RegExp(`>${tab}<span class="count"> (\\d+)<`).exec(html)?.[1] ?? "–",
  );
};

const listsAsked = ({ seen }: { seen: string[] }) => seen.filter((method) => method.endsWith("/list")).sort();

test("whoever looks at a server that they are connected to is told how much they are offered, and nobody else is", async () => {
  const { ada, bob, server, upstream, path } = await setUp();

  await ada.post(`${path}/credentials`);
  await ada.post(`${path}/test`);
  const forPrograms = pieces.length;
  const atFirst = await countsOn(ada, server);
  await later();

  expect(forPrograms).toBe(0);
  expect(atFirst).toEqual(["–", "–", "–"]);
  expect(listsAsked(upstream)).toEqual(Object.keys(lists).sort());
  expect(await countsOn(ada, server)).toEqual(["2", "1", "3"]);
  expect(await countsOn(bob, server)).toEqual(["–", "–", "–"]);
});

test("that is done once, and is no use of the server by the member", async () => {
  const { ada, server, upstream, path } = await setUp();
  await ada.post(`${path}/credentials`);
  await countsOn(ada, server);
  await later();
  const before = listsAsked(upstream).length;

  await countsOn(ada, server);
  await later();
  const { body: members } = await ada.get<{ lastUsedAt: string | null }[]>(`${path}/members`);

  expect(listsAsked(upstream)).toHaveLength(before);
  expect(members.map(({ lastUsedAt }) => lastUsedAt)).toEqual([null]);
  expect(await countsOn(ada, server)).toEqual(["2", "1", "3"]);
});

test("who looks without being connected asks nothing", async () => {
  const { bob, server } = await setUp();

  await countsOn(bob, server);

  expect(pieces).toEqual([]);
});

test("behind a sign-in it is found out with the member's own token", async () => {
  const issuer = startFakeAuthorizationServer();
  const remote = startFakeProtected(issuer);
  stops.push(remote.stop, issuer.stop);
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });

  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  await countsOn(ada, server);
  await later();

  expect((await countsOn(ada, server))[0]).toMatch(/^[1-9]/);
});

test("what fails on the way changes nothing of the server or the connection, and keeps what is known", async () => {
  const refusal = () => new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
  const { ada, server, path } = await setUp({ "prompts/list": refusal });

  await ada.post(`${path}/credentials`);
  await countsOn(ada, server);
  const [work] = pieces.splice(0);
  await expect(work?.()).rejects.toThrow();
  const { body } = await ada.get<McpServer>(path);

  expect(body).toMatchObject({ authType: "direct_auth", state: "READY", connection: "connected" });
  expect(await countsOn(ada, server)).toEqual(["2", "–", "–"]);
});

test("whoever has disconnected meanwhile is not asked for", async () => {
  const { ada, upstream, server, path } = await setUp();
  await ada.post(`${path}/credentials`);
  await countsOn(ada, server);
  await ada.delete(`${path}/credentials`);

  const [work] = pieces.splice(0);
  await expect(work?.()).rejects.toMatchObject({ reason: "member_auth_required" });

  expect(listsAsked(upstream)).toEqual([]);
  const held = await app.deps.db.select().from(credentials).where(eq(credentials.serverId, server.id));
  expect(held).toEqual([]);
});

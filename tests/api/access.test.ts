import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { type Caller, makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

/** Everything that can be asked of one server. */
const uses = [
  ["get", ""],
  ["patch", ""],
  ["delete", ""],
  ["post", "/enable"],
  ["post", "/disable"],
  ["post", "/test"],
  ["post", "/credentials"],
  ["delete", "/credentials"],
  ["get", "/members"],
  ["delete", "/members/1"],
  ["get", "/tools"],
  ["get", "/prompts"],
  ["get", "/resources"],
  ["get", "/resources/read?uri=r:1"],
  ["post", "/tools/count/call"],
  ["post", "/prompts/p/get"],
  ["get", "/oauth/authorize"],
  ["get", "/access"],
  ["put", "/access"],
] as const;

type Verb = (typeof uses)[number][0];

const bodies: Partial<Record<Verb, object>> = {
  patch: { name: "Taken over" },
  put: { access: "everyone" },
};

/** The error that comes back, without its id. */
async function ask(who: Caller, verb: Verb, path: string): Promise<Record<string, unknown>> {
  const send = who[verb] as Caller["post"];
  const { status, body } = await send<{ detail: object }>(path, bodies[verb]);
  return { status, ...body.detail, requestId: undefined };
}

test("everyone may use a server until somebody says otherwise", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  expect((await ada.get(`mcp-servers/${id}/access`)).body).toEqual({ access: "everyone", memberIds: [] });
});

test("a restricted server is there for its members and for admins, and for nobody else", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);

  const { status, body } = await ada.put(`mcp-servers/${id}/access`, {
    access: "restricted",
    memberIds: [bob.memberId, bob.memberId],
  });

  expect([status, body]).toEqual([200, { access: "restricted", memberIds: [bob.memberId] }]);
  expect((await bob.get<McpServer>(`mcp-servers/${id}`)).body).toMatchObject({ access: "restricted" });
  expect((await ada.get(`mcp-servers/${id}`)).status).toBe(200);
  expect((await vic.get(`mcp-servers/${id}`)).code).toBe("not_found");
  for (const [who, count] of [
    [ada, "1"],
    [bob, "1"],
    [vic, "0"],
  ] as const)
    expect((await who.get("mcp-servers")).headers.get("x-total-count")).toBe(count);
});

test("for all others it is not found whatever they try, word for word like one that never was", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [vic.memberId] });

  for (const [verb, path] of uses) {
    const hidden = await ask(bob, verb, `mcp-servers/${id}${path}`);
    const absent = await ask(bob, verb, `mcp-servers/2147483647${path}`);
    expect([verb, path, hidden]).toEqual([verb, path, absent]);
    expect(["not_found", "insufficient_scope"]).toContain(String(hidden["code"]));
    if (hidden["status"] === 403) expect(hidden["requiredScope"]).toBe("apps:admin");
  }
  expect((await bob.get(`app-connections/mcp-servers/${id}/tools`)).code).toBe("not_found");
});

test("an admin's key of fewer scopes sees what a member sees", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted" });
  const narrow = await ada.withScopes("apps:write");

  expect((await narrow.get(`mcp-servers/${id}`)).code).toBe("not_found");
});

test("whoever loses access loses the connection; whoever keeps it does not, and admins always do", async () => {
  const { ada, bob, vic } = await makePeople(app);
  await ada.patch(`members/${vic.memberId}`, { role: "member" });
  const { id } = await addReadyServer(ada, open.url);
  for (const person of [ada, bob, vic]) {
    await person.post(`mcp-servers/${id}/credentials`);
    await person.get(`mcp-servers/${id}/tools`);
  }

  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [bob.memberId] });
  const during = await ada.get<{ memberId: number }[]>(`mcp-servers/${id}/members`);
  await ada.put(`mcp-servers/${id}/access`, { access: "everyone" });
  const after = await vic.get(`mcp-servers/${id}/tools`);

  expect(during.body.map(({ memberId }) => memberId)).toEqual([ada.memberId, bob.memberId]);
  expect(app.deps.pool.size).toBe(2);
  expect(after.code).toBe("member_auth_required");
  expect((await bob.get(`mcp-servers/${id}/tools`)).status).toBe(200);
  expect((await ada.get("audit-events?action=server.access_changed")).body).toMatchObject([
    { details: { access: "everyone" } },
    { details: { access: "restricted", memberIds: [bob.memberId], disconnected: 1 } },
  ]);
});

test("saying everyone forgets who was chosen", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [bob.memberId] });

  const { body } = await ada.put(`mcp-servers/${id}/access`, {
    access: "everyone",
    memberIds: [bob.memberId],
  });

  expect(body).toEqual({ access: "everyone", memberIds: [] });
  expect((await ada.get(`mcp-servers/${id}/access`)).body).toEqual(body);
});

test("a member who is removed is no longer among the chosen", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [bob.memberId] });

  await ada.delete(`members/${bob.memberId}`);

  expect((await ada.get(`mcp-servers/${id}/access`)).body).toEqual({ access: "restricted", memberIds: [] });
});

test("members of another workspace, and nobody at all, cannot be chosen; then nothing changes", async () => {
  const { ada, bob, eve } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  for (const memberIds of [[bob.memberId, eve.memberId], [2147483647]]) {
    const answer = await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds });
    expect(answer).toMatchObject({
      status: 422,
      body: { detail: { code: "invalid", errors: [{ path: `/memberIds/${memberIds.length - 1}` }] } },
    });
  }
  expect((await ada.get(`mcp-servers/${id}/access`)).body).toEqual({ access: "everyone", memberIds: [] });
});

test.each([
  [{}],
  [{ access: "nobody" }],
  [{ access: "restricted", memberIds: "all" }],
  [{ access: "restricted", memberIds: ["1"] }],
  [{ access: "restricted", memberIds: [0] }],
  [{ access: "restricted", memberIds: [1.5] }],
  [{ access: "restricted", memberIds: [2 ** 31] }],
  [{ access: "restricted", memberIds: [2 ** 53 + 2] }],
  [{ access: "everyone", members: [] }],
  [null],
  [undefined],
])("%j is no access", async (body) => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  const answer = await ada.put(`mcp-servers/${id}/access`, body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
});

test("who is no admin neither sees nor changes access", async () => {
  const { ada, bob, vic, eve, stranger } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  const path = `mcp-servers/${id}/access`;

  for (const verb of ["get", "put"] as const) {
    const answers = [
      await stranger[verb](path, {}),
      await bob[verb](path, {}),
      await vic[verb](path, {}),
      await eve[verb](ada.path(path), {}),
      await eve[verb](path, { access: "everyone" } as never),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403, 404, 404]);
  }
});

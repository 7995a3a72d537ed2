import { afterAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { rowsOf } from "#src/db/rows.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

test("a server goes with everything that belongs to it, its sessions upstream included", async () => {
  const { ada, bob } = await makePeople(app);
  const { id, name, iconUrl } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  await bob.get(`mcp-servers/${id}/tools`);
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [bob.memberId] });

  const { status, body } = await ada.delete(`mcp-servers/${id}`);

  expect([status, body]).toEqual([
    200,
    { deleted: true, id, revocations: { confirmed: 0, unsupported: 0, failed: 0 } },
  ]);
  for (const path of ["", "/tools", "/members", "/access"])
    expect((await ada.get(`mcp-servers/${id}${path}`)).code).toBe("not_found");
  expect((await ada.send(new URL(iconUrl).pathname + new URL(iconUrl).search, {})).status).toBe(403);
  for (const table of ["credentials", "server_tests", "icons", "server_members"]) {
    const left = await rowsOf(
      app.deps.db,
      sql`select 1 from ${sql.identifier(table)} where server_id = ${id}`,
    );
    expect([table, left.length]).toEqual([table, 0]);
  }
  expect((await ada.get("audit-events")).body).toContainEqual(
    expect.objectContaining({ action: "server.deleted", target: { type: "server", id, name } }),
  );
  expect(app.deps.pool.size).toBe(0);
});

test("what is deleted is not there to be deleted again, and its URL and name are free", async () => {
  const { ada } = await makePeople(app);
  const { id, url, name } = await addServer(ada, { url: nowhere(), name: "Once" });

  await ada.delete(`mcp-servers/${id}`);
  const again = await ada.delete(`mcp-servers/${id}`);
  const anew = await ada.post("mcp-servers", { url, name, discover: false });

  expect([again.status, again.code, anew.status]).toEqual([404, "not_found", 201]);
});

test("of two who delete at once one does", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  const answers = await Promise.all([ada.delete(`mcp-servers/${id}`), ada.delete(`mcp-servers/${id}`)]);

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
});

test("a server deleted while it is tested is not found, and the test is no fault", async () => {
  const { ada } = await makePeople(app);
  const slow = startLegacyMcpServer({ guard: () => null });
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const gate = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      arrived.resolve();
      await release.promise;
      return fetch(new Request(slow.url, request));
    },
  });
  const { id } = await addServer(ada, { url: `http://127.0.0.1:${gate.port}/mcp` });

  const testing = ada.post(`mcp-servers/${id}/test`);
  await arrived.promise;
  await ada.delete(`mcp-servers/${id}`);
  release.resolve();

  expect((await testing).code).toBe("not_found");
  await gate.stop(true);
  await slow.stop();
});

test("who may not delete a server deletes none", async () => {
  const { ada, bob, vic, eve, stranger } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  const narrow = await ada.withScopes("apps:write");

  const answers = [
    await stranger.delete(`mcp-servers/${id}`),
    await vic.delete(`mcp-servers/${id}`),
    await bob.delete(`mcp-servers/${id}`),
    await narrow.delete(`mcp-servers/${id}`),
    await eve.delete(ada.path(`mcp-servers/${id}`)),
    await eve.delete(`mcp-servers/${id}`),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 403, 403, 403, 404, 404]);
  expect(answers[2]?.body).toMatchObject({ detail: { requiredScope: "apps:admin" } });
  expect((await ada.get(`mcp-servers/${id}`)).status).toBe(200);
});

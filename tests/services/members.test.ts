import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();
const server = startFakeMcpServer({
  "tools/list": ({ id }) => Response.json({ jsonrpc: "2.0", id, result: { tools: [] } }),
});
afterAll(() => server.stop());

test("a removed member's live connections are closed, and nobody else's", async () => {
  const { ada, bob } = await makePeople(app);
  const { body } = await ada.post<{ id: number }>("mcp-servers", {
    url: server.url,
    authType: "direct_auth",
    discover: false,
  });
  await ada.post(`mcp-servers/${body.id}/enable`);
  for (const person of [ada, bob]) {
    await person.post(`mcp-servers/${body.id}/credentials`);
    expect(await person.get(`mcp-servers/${body.id}/tools`)).toMatchObject({
      status: 200,
      body: { tools: [] },
    });
  }
  const before = app.deps.pool.size;

  await ada.delete(`members/${bob.memberId}`);

  expect([before, app.deps.pool.size]).toEqual([2, 1]);
});

import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

test("a server's tools at its address as an app connection are its tools", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);

  const here = await bob.get(`app-connections/mcp-servers/${id}/tools`);
  const there = await bob.get(`mcp-servers/${id}/tools`);

  expect([here.status, here.body]).toEqual([200, there.body]);
  expect(here.headers.get("etag")).toBe(there.headers.get("etag"));
});

test("it refuses whom the other address refuses, in the same words", async () => {
  const { ada, bob, eve, stranger } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);

  for (const [who, path] of [
    [bob, ada.path("mcp-servers")],
    [eve, ada.path("mcp-servers")],
    [stranger, ada.path("mcp-servers")],
  ] as const) {
    const here = await who.get<{ detail: object }>(
      path.replace("mcp-servers", `app-connections/mcp-servers/${id}/tools`),
    );
    const there = await who.get<{ detail: object }>(`${path}/${id}/tools`);
    expect(here.status).toBe(there.status);
    expect({ ...here.body.detail, requestId: "" }).toEqual({ ...there.body.detail, requestId: "" });
  }
});

import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { error, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const upstream = startFakeMcpServer({
  "tools/list": (message) => error(message, -32603, "Out of order"),
  "prompts/list": () => new Response("broken", { status: 500 }),
});
afterAll(() => upstream.stop());

test("calls to servers are measured by how and where they ended", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, upstream.url);
  const absent = await addServer(ada, { url: nowhere() });
  await ada.post(`mcp-servers/${id}/credentials`);

  await ada.get(`mcp-servers/${id}/tools`);
  await ada.get(`mcp-servers/${id}/prompts`);
  await ada.post(`mcp-servers/${absent.id}/test`);

  const text = await app.deps.metrics.render();
  const counts = [...text.matchAll(/^upstream_call_duration_seconds_count\{(.+)\} (\d+)$/gm)].map(
    ([, labels, count]) => `${labels} ${count}`,
  );
  expect(counts.sort()).toEqual([
    'outcome="failed",stage="http" 1',
    'outcome="ok",stage="none" 2',
    'outcome="refused",stage="dns" 1',
  ]);
});

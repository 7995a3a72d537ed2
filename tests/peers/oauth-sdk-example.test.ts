import { afterAll, beforeAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, endTokens } from "#tests/support/authorizing.ts";
import { makePeople } from "#tests/support/people.ts";
import { type SdkExample, startSdkExample } from "#tests/support/sdk-example.ts";

const app = await testApp({ RATE_LIMIT: "0" });
let remote: SdkExample;

beforeAll(async () => {
  remote = await startSdkExample();
}, 20_000);
afterAll(() => remote.stop());

type Tools = { tools: { name: string }[] };
type Called = { content: { text: string }[] };

test("the v1 SDK's example takes our tokens, which are for it alone, and no refresh token is missed", async () => {
  const { ada, bob } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const path = `mcp-servers/${server.id}`;
  const enabled = await ada.post<McpServer>(`${path}/enable`);

  const back = await authorize(app, ada, authorizeUrlOf(app, server), remote);
  const tools = await ada.get<Tools>(`${path}/tools`);
  const greeted = await ada.post<Called>(`${path}/tools/greet/call`, { arguments: { name: "Ada" } });
  const unconnected = await bob.get(`${path}/tools`);

  expect(enabled.body).toMatchObject({ authType: "oauth", state: "AUTHORIZE", registration: "dynamic" });
  expect(back.status).toBe(303);
  expect(back.headers.getSetCookie().join()).toContain("sy_notice=connected;");
  expect(tools.body.tools.map(({ name }) => name)).toContain("greet");
  expect(greeted.body.content[0]?.text).toContain("Ada");
  expect(unconnected.code).toBe("member_auth_required");

  await endTokens(app, server.id);
  const ended = await ada.get(`${path}/tools`);
  await authorize(app, ada, authorizeUrlOf(app, server), remote);
  const anew = await ada.get(`${path}/tools`);
  const left = await ada.delete(`${path}/credentials`);

  expect([ended.status, ended.code]).toEqual([403, "member_auth_required"]);
  expect(anew.status).toBe(200);
  expect(left.body).toEqual({ connected: false, revocation: "unsupported" });
});

test("without `resource` it refuses the code, which is said, and nobody is connected", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", {
    url: remote.url,
    oauth: { sendResource: false },
  });

  const back = await authorize(app, ada, authorizeUrlOf(app, server), remote);

  const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);
  expect(back.status).toBe(502);
  expect(shown.body.connection).toBe("not_connected");
});

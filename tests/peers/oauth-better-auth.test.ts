import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, comeBack, endTokens, begin } from "#tests/support/authorizing.ts";
import { startBetterAuthServer } from "#tests/support/better-auth-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startBetterAuthServer();
const remote = startProtectedMcpServer(issuer);
issuer.protect(remote.url);
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

type Refusal = { detail: { code: string; authorizeUrl: string } };
type Called = { content: { text: string }[] };

test("the whole story with better-auth, whose issuer has a path and whose tokens are JWTs", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const path = `mcp-servers/${server.id}`;
  const enabled = await ada.post<McpServer>(`${path}/enable`);

  const back = await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  const tools = await ada.get<{ tools: { name: string }[] }>(`${path}/tools`);

  expect(enabled.body).toMatchObject({ authType: "oauth", state: "AUTHORIZE", registration: "dynamic" });
  expect(back.status).toBe(303);
  expect(tools.body.tools.map(({ name }) => name)).toEqual(["whoami", "admin_report"]);

  const refused = await ada.post<Refusal>(`${path}/tools/admin_report/call`, { arguments: {} });
  await authorize(app, ada, refused.body.detail.authorizeUrl, issuer);
  const report = await ada.post<Called>(`${path}/tools/admin_report/call`, { arguments: {} });

  expect(refused.code).toBe("member_auth_required");
  expect(report.body.content[0]?.text).toBe("All is well.");

  await endTokens(app, server.id);
  const before = issuer.requests.filter((request) => request.endsWith("/token")).length;
  const later = await Promise.all(Array.from({ length: 5 }, () => ada.get(`${path}/tools`)));

  expect(later.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(issuer.requests.filter((request) => request.endsWith("/token")).length - before).toBe(1);

  const left = await ada.delete(`${path}/credentials`);

  // It says of its JWTs that it cannot take them back: those end by themselves.
  expect(left.body).toEqual({ connected: false, revocation: "confirmed" });
  expect((await ada.get(`${path}/tools`)).code).toBe("member_auth_required");
});

test("a person who declines there is told so here", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  const { location, sessionCookie, flowCookie } = await begin(app, ada, authorizeUrlOf(app, server));

  const callback = await issuer.login(location.href, { as: "eve", decline: true });
  const answer = await comeBack(app, callback, sessionCookie, flowCookie);

  expect(answer.status).toBe(409);
});

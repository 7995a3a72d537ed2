import { afterAll, expect, test } from "bun:test";
import { createLogger } from "#src/lib/log.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { startEchoingMcpServer } from "#tests/support/echoing-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { isApi, pathOf, routesOf } from "#tests/support/routes.ts";
import { addServer } from "#tests/support/servers.ts";

/*
 * Every secret that we are given is a canary here. After everything was asked for and everything went wrong, none of them
 * stands in an answer, in a log line, in a metric, in the audit or in the database.
 */

const canary = (name: string) => `canary-${name}-${crypto.randomUUID()}`;
const given = {
  apiSecret: canary("api-secret"),
  replacedSecret: canary("replaced-secret"),
  refusedSecret: canary("refused-secret"),
  clientSecret: canary("client-secret"),
  password: canary("password"),
  wrongPassword: canary("wrong-password"),
  setupToken: canary("setup-token"),
  metricsToken: canary("metrics-token"),
};

const lines: string[] = [];
const app = await testApp(
  { SETUP_TOKEN: given.setupToken, METRICS_TOKEN: given.metricsToken, RATE_LIMIT: "0" },
  { log: createLogger({ level: "debug", destination: { write: (line) => lines.push(line) } }) },
);
const upstream = startEchoingMcpServer(given.refusedSecret);
afterAll(() => upstream.stop());

/** All that any answer says, headers included, but for the few that show a secret once. */
const said: string[] = [];
const listening = {
  deps: app.deps,
  async handle(request: Request) {
    const response = await app.handle(request);
    said.push(JSON.stringify([...response.headers]) + (await response.clone().text()));
    return response;
  },
};
const { ada, bob, vic, stranger } = await makePeople(listening);
const shownOnce = async <T>(ask: Promise<T>): Promise<T> => {
  const answer = await ask;
  said.pop();
  return answer;
};

const key = (
  await shownOnce(ada.post<{ id: number; key: string }>("api-keys", { name: "k", scopes: ["apps:admin"] }))
).body;
const invitation = (await shownOnce(ada.post<{ id: number; url: string }>("invitations", { role: "member" })))
  .body;
const invitationToken = new URL(invitation.url).pathname.split("/").at(-1) ?? "";
const newcomer = { email: "dan@example.com", name: "Dan", password: given.password };
const joined = await shownOnce(stranger.post(`/api/v2/invitations/${invitationToken}/accept`, newcomer));
const sessionSecret = /sy_session=([^;]+)/.exec(joined.headers.get("set-cookie") ?? "")?.[1] ?? "";

const secrets = {
  ...given,
  apiKey: key.key,
  memberKey: bob.key,
  invitationToken,
  sessionSecret,
};

const keyed = await addServer(ada, { url: upstream.url, authType: "api_key" });
const oauth = await addServer(ada, {
  url: `${upstream.url}?oauth`,
  authType: "oauth",
  oauth: { clientId: "c", clientSecret: given.clientSecret },
});

await everythingIsAskedFor();

/** In the order in which it may happen; what each answers is other tests' to tell. */
async function everythingIsAskedFor(): Promise<void> {
  const path = `mcp-servers/${keyed.id}`;
  await bob.post(`${path}/credentials`, { secret: given.replacedSecret });
  await bob.post(`${path}/credentials`, { secret: given.apiSecret });
  await bob.post(`${path}/credentials`, { secret: given.refusedSecret });
  await bob.post(`${path}/credentials`, { secret: `${given.refusedSecret}\n` });
  await bob.post(`${path}/credentials`, { secret: [given.refusedSecret] });
  await bob.post(`${path}/credentials`, { [given.refusedSecret.slice(0, 6)]: given.refusedSecret });
  await bob.post(`${path}/test`);
  for (const name of ["any", "rpc", "params", "http"])
    await bob.post(`${path}/tools/${name}/call`, { arguments: { text: "x" } });
  await bob.post(`${path}/prompts/p/get`);
  await walk();

  upstream.refuseAll();
  app.deps.pool.drop(`${ada.workspaceId}/${keyed.id}/`);
  await bob.get(`${path}/tools`);
  await bob.post(`${path}/test`);
  await ada.patch(`mcp-servers/${oauth.id}`, { oauth: { clientSecret: 5, clientId: given.clientSecret } });
  await ada.patch(`mcp-servers/${oauth.id}`, { oauth: { clientSecret: `${given.clientSecret}\0` } });

  const signIn = { email: "dan@example.com", password: given.wrongPassword };
  await stranger.post("/api/v2/session", signIn);
  await stranger.post("/api/v2/session", { ...signIn, extra: given.wrongPassword });
  await stranger.post("/api/v2/session", { email: "dan@example.com", password: [given.wrongPassword] });
  await stranger.post("/api/v2/setup", { token: given.setupToken, ...newcomer, workspaceName: "" });
  await stranger.post("/api/v2/setup", { token: `${given.setupToken}!`, ...newcomer, workspaceName: "W" });
  await stranger.post(`/api/v2/invitations/${invitationToken}/accept`, newcomer);
  await stranger.get("/api/v2/me", { authorization: `Bearer ${key.key}x` });
  await stranger.get(`/api/v2/me?key=${key.key}`);
  await walk();
}

/** Everything that can be read, by everybody who may. */
async function walk(): Promise<void> {
  const values = { workspace_uuid: ada.workspaceId, member_id: bob.memberId, name: "any" };
  const looks = [
    [ada, [keyed.id, oauth.id]],
    [bob, [keyed.id]],
    [vic, [keyed.id]],
    [await ada.signedIn(), [keyed.id, oauth.id]],
  ] as const;
  const readable = routesOf(app.deps).filter(
    ({ method, path }) => method === "GET" && !path.endsWith("/live"),
  );
  for (const route of readable)
    for (const [who, ids] of looks)
      for (const server_id of ids)
        await who.send(`${pathOf(route, { ...values, server_id })}?uri=r:1`, {
          headers: { accept: isApi(route) ? "application/json" : "text/html" },
          redirect: "manual",
        });
  await stranger.send("/metrics", { headers: { authorization: `Bearer ${given.metricsToken}` } });
}

test("the canaries were there to be told", async () => {
  expect(Object.values(secrets).every((secret) => secret.length > 20)).toBe(true);
  expect(upstream.seen).toContain("tools/call");
  expect(said.length).toBeGreaterThan(400);
  expect(said.some((text) => text.includes("[secret]"))).toBe(true);
  expect((await bob.get<McpServer>(`mcp-servers/${keyed.id}`)).body).toMatchObject({
    connection: "connected",
    serverInfo: { name: "echo [secret]" },
  });
});

test.each(Object.entries(secrets))("%s is in no answer", (_, secret) => {
  expect(said.filter((text) => text.includes(secret))).toEqual([]);
  expect(said.filter((text) => text.includes(encodeURIComponent(secret)))).toEqual([]);
});

test.each(Object.entries(secrets))("%s is in no log line", (_, secret) => {
  expect(lines.length).toBeGreaterThan(400);
  expect(lines.filter((line) => line.includes(secret))).toEqual([]);
});

test.each(Object.entries(secrets))("%s is in no column of the database", async (_, secret) => {
  const dump = Object.entries(await dumpOf(app.deps));
  const found = dump.filter(([, rows]) => rows.some((row) => row.includes(secret)));

  expect(found.map(([table]) => table)).toEqual([]);
});

test("no path is in the log, and no query", () => {
  const requests = lines.filter((line) => line.includes('"msg":"request"'));

  expect(requests.length).toBeGreaterThan(400);
  for (const hidden of [ada.workspaceId, "uri=", "token=", "key="])
    expect(requests.filter((line) => line.includes(hidden))).toEqual([]);
});

import { afterAll, expect, test } from "bun:test";
import { createLogger } from "#src/lib/log.ts";
import { refreshAhead } from "#src/services/oauth/refresh-ahead.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin, comeBack, endTokens } from "#tests/support/authorizing.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { type Asked, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople } from "#tests/support/people.ts";

/*
 * Everything that must stay between us and the authorization server, through a member's whole story and every way in which
 * it may go wrong, with a server on each side that says back whatever it gets.
 */

const lines: string[] = [];
const said: string[] = [];
const secrets = new Set<string>();

const log = createLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
const app = await testApp({ RATE_LIMIT: "0" }, { log });
const heard = {
  deps: app.deps,
  async handle(request: Request) {
    const response = await app.handle(request);
    // The redirect to the authorization server, and the flow's cookie, are meant for the browser that asked.
    const isOwnAnswer = response.status === 302;
    if (!isOwnAnswer) said.push(JSON.stringify([...response.headers]) + (await response.clone().text()));
    return response;
  },
};
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

const { ada } = await makePeople(heard);
const { body: server } = await ada.post<McpServer>("mcp-servers", {
  url: remote.url,
  oauth: { clientId: "by-hand", clientSecret: "manual-canary" },
});
secrets.add("manual-canary");

const path = `mcp-servers/${server.id}`;
const echo = ({ form, authorization }: Asked, status: number) => {
  const all = `${form.toString()} ${[...form.values()].join(" ")} ${authorization}`;
  return Response.json({ error: all, error_description: all, error_uri: all }, { status });
};

for (const status of [400, 401, 500]) {
  issuer.answers["/token"] = (asked) => echo(asked, status);
  await authorize(heard, ada, authorizeUrlOf(app, server), issuer);
}
issuer.answers = {};
const begun = await begin(heard, ada, authorizeUrlOf(app, server));
const callback = await issuer.login(begun.location.href);
callback.searchParams.set("code", "code-canary mcp:use");
for (const secret of [begun.state, begun.flowCookie.split(".")[1] ?? "?", "code-canary"]) secrets.add(secret);
await comeBack(heard, callback, begun.sessionCookie, begun.flowCookie);
await comeBack(heard, callback, begun.sessionCookie, begun.flowCookie);

await ada.get(`${path}/tools`);
for (const refusal of [401, 403]) {
  const token = [...issuer.tokens.keys()].at(-1) ?? "";
  remote.refusal = `${refusal} Bearer error="insufficient_scope", scope="${token}", realm="${token}"`;
  await ada.get(`${path}/tools`);
  await ada.post(`${path}/test`);
}
remote.refusal = null;
for (const status of [500, 400]) {
  await authorize(heard, ada, authorizeUrlOf(app, server), issuer);
  await endTokens(app, server.id);
  issuer.answers["/token"] = (asked) => echo(asked, status);
  await ada.get(`${path}/tools`);
  await refreshAhead(app.deps, new AbortController().signal);
  issuer.answers = {};
}
await authorize(heard, ada, authorizeUrlOf(app, server), issuer);
issuer.answers["/revoke"] = (asked) => echo(asked, 503);
await ada.delete(`${path}/credentials`);
await authorize(heard, ada, authorizeUrlOf(app, server), issuer);
for (const what of [path, `${path}/members`, "audit-events", "members", "mcp-servers"]) await ada.get(what);

for (const { form } of issuer.asked)
  for (const name of ["code_verifier", "refresh_token", "token"]) {
    const value = form.get(name);
    if (value !== null) secrets.add(value);
  }
for (const token of issuer.tokens.keys()) secrets.add(token);

test("there was something to tell", () => {
  expect(secrets.size).toBeGreaterThan(20);
  expect(lines.length).toBeGreaterThan(30);
  expect(said.length).toBeGreaterThan(20);
  expect(said.filter((text) => text.includes('"code":')).length).toBeGreaterThan(5);
});

const places: [place: string, text: () => Promise<string>][] = [
  ["answer", async () => said.join("\n")],
  ["log line", async () => lines.join("\n")],
  ["row of the database", async () => JSON.stringify(await dumpOf(app.deps))],
];
test.each(places)("no %s holds any of it", async (_, text) => {
  const all = await text();

  const told = [...secrets].filter((secret) => all.includes(secret));
  expect(told).toEqual([]);
});

import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { type Caller, makePeople } from "#tests/support/people.ts";
import { isApi, nameOf, pathOf, type Route, routesOf } from "#tests/support/routes.ts";
import { addReadyServer, nowhere } from "#tests/support/servers.ts";

/*
 * Eve owns another workspace. Nothing of Ada's is there for her, whatever she asks and however she proves who she is.
 */

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

const { ada, bob, eve } = await makePeople(app);
const server = await addReadyServer(ada, open.url);
await bob.post(`mcp-servers/${server.id}/credentials`);
await bob.get(`mcp-servers/${server.id}/tools`);
const invitation = (await ada.post<{ id: number }>("invitations", { role: "member" })).body;
const apiKey = (await ada.post<{ id: number }>("api-keys", { name: "Ada's", scopes: ["apps:read"] })).body;
const evesBrowser = await eve.signedIn();
const before = await dumpOf(app.deps);

const ids = {
  server_id: server.id,
  member_id: bob.memberId,
  invitation_id: invitation.id,
  api_key_id: apiKey.id,
  name: "count",
};

/** What each route takes, so that nothing but whose it is stands in the way. */
const bodies: Record<string, unknown> = {
  "PATCH /api/v2/w/:workspace_uuid": { name: "Taken over" },
  "PATCH /api/v2/w/:workspace_uuid/members/:member_id": { role: "viewer" },
  "POST /api/v2/w/:workspace_uuid/invitations": { role: "owner" },
  "POST /api/v2/w/:workspace_uuid/api-keys": { name: "k", scopes: ["apps:admin"] },
  "POST /api/v2/w/:workspace_uuid/mcp-servers": { url: nowhere(), discover: false },
  "POST /api/v2/w/:workspace_uuid/mcp-servers/oauth-discovery": { url: open.url },
  "PATCH /api/v2/w/:workspace_uuid/mcp-servers/:server_id": { url: nowhere() },
  "PUT /api/v2/w/:workspace_uuid/mcp-servers/:server_id/access": { access: "everyone" },
  "POST /api/v2/w/:workspace_uuid/mcp-servers/:server_id/resources/read": { uri: "r:1" },
};

const routes = routesOf(app.deps).filter(({ path }) => path.includes(":workspace_uuid"));
const ofApi = routes.filter((route) => isApi(route) && !route.path.endsWith("/icon"));
const ofPages = routes.filter((route) => !isApi(route));
const withId = ofApi.filter(({ path }) => /:\w+_id/.test(path));

const initOf = (route: Route): RequestInit => {
  const body = bodies[nameOf(route)];
  return body === undefined
    ? { method: route.method }
    : {
        method: route.method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
};

/** The whole answer, without what differs from one request to the next. */
async function answer(who: Caller, route: Route, workspaceId: string, values: object = ids) {
  const path = pathOf(route, { ...values, workspace_uuid: workspaceId });
  const query = route.path.endsWith("/read") ? "?uri=r:1" : "";
  const response = await who.send(path + query, initOf(route));
  const headers = Object.fromEntries(response.headers);
  delete headers["x-request-id"];
  delete headers["ratelimit"];
  return {
    status: response.status,
    headers,
    text: (await response.text()).replaceAll(/req_[\w-]+/g, "req"),
  };
}

test("there are routes to walk", () => {
  expect(ofApi.length).toBeGreaterThan(25);
  expect(withId.length).toBeGreaterThan(15);
});

test.each(ofApi.map((route) => [nameOf(route), route] as const))(
  "%s: another workspace's is not found, just like one that never was",
  async (_, route) => {
    for (const who of [eve, evesBrowser]) {
      const foreign = await answer(who, route, ada.workspaceId);
      const absent = await answer(who, route, crypto.randomUUID());
      expect([foreign.status, JSON.parse(foreign.text).detail.code]).toEqual([404, "not_found"]);
      expect(foreign).toEqual(absent);
    }
  },
);

test.each(withId.map((route) => [nameOf(route), route] as const))(
  "%s: another workspace's id is not found in one's own, just like one that never was",
  async (_, route) => {
    const never = { server_id: 999_999, member_id: 999_999, invitation_id: 999_999, api_key_id: 999_999 };

    for (const who of [eve, evesBrowser]) {
      const foreign = await answer(who, route, eve.workspaceId);
      const absent = await answer(who, route, eve.workspaceId, { ...ids, ...never });
      expect([foreign.status, JSON.parse(foreign.text).detail.code]).toEqual([404, "not_found"]);
      expect(foreign).toEqual(absent);
    }
  },
);

test.each(ofPages.map((route) => [nameOf(route), route] as const))(
  "%s: another workspace's page is not found",
  async (_, route) => {
    const isPost = route.method === "POST";

    const response = await evesBrowser.send(pathOf(route, { ...ids, workspace_uuid: ada.workspaceId }), {
      method: route.method,
      headers: {
        accept: "text/html",
        ...(isPost ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(isPost ? { body: "name=x&role=viewer&access=everyone" } : {}),
    });

    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(server.name);
  },
);

test("of all this nothing is stored, and nothing is lost", async () => {
  expect(await dumpOf(app.deps)).toEqual(before);
});

test("an API key works in its own workspace alone, also for somebody who is a member of both", async () => {
  const invited = await ada.post<{ url: string }>("invitations", { role: "admin" });
  const token = new URL(invited.body.url).pathname.split("/").at(-1);
  await (await eve.signedIn()).post(`/api/v2/invitations/${token}/accept`);
  const browser = await eve.signedIn();

  expect((await browser.get(ada.path("mcp-servers"))).status).toBe(200);
  expect((await eve.get(ada.path("mcp-servers"))).code).toBe("not_found");
});

test("what was Ada's is still as it was", async () => {
  expect((await bob.get(`mcp-servers/${server.id}/tools`)).status).toBe(200);
  expect((await ada.get("invitations")).body).toMatchObject([{ id: invitation.id }]);
});

import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { isApi, nameOf, pathOf, type Route, routesOf } from "#tests/support/routes.ts";

const app = await testApp();
const routes = routesOf(app.deps);
const { ada, stranger } = await makePeople(app);
const { cookie } = await ada.signedIn();

/** What anybody may ask for. A new one is a decision, and is written down here. */
const isPublic = ({ method, path }: Route): boolean =>
  [
    "POST /api/v2/setup",
    "POST /api/v2/session",
    "DELETE /api/v2/session",
    "GET /api/v2/session/providers",
    "GET /api/v2/session/:provider/authorize",
    "GET /api/v2/session/:provider/callback",
    "POST /api/v2/invitations/:token/accept",
    "GET /api/v2/oauth/callback/:app_uuid",
    "GET /api/v2/w/:workspace_uuid/mcp-servers/:server_id/icon",
    "GET /oauth/client-metadata/:file",
    "GET /api/openapi.json",
    "GET /api/docs",
    "GET /api/docs/start.js",
    "GET /api/docs/swagger-ui.css",
    "GET /api/docs/swagger-ui-bundle.js",
    "GET /assets/:hash/:name",
    "GET /setup",
    "POST /setup",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "GET /invitations/:token",
    "POST /invitations/:token",
  ].includes(`${method} ${path}`);

const closed = routes.filter((route) => !isPublic(route));
const closedApi = closed.filter(isApi);
const closedPages = closed.filter((route) => !isApi(route));

const badBody = (method: string): RequestInit =>
  method === "GET"
    ? { method }
    : { method, headers: { "content-type": "application/json" }, body: '{"nonsense":' };

test("there are routes to walk", () => {
  expect(closedApi.length).toBeGreaterThan(30);
});

test.each(closedApi.map((route) => [nameOf(route), route] as const))(
  "%s: who proves nothing is told so, before a path, a query or a body is looked at",
  async (_, route) => {
    const odd = pathOf(route, { workspace_uuid: "no-uuid", server_id: "1e3", member_id: "-1" });
    const paths = [pathOf(route, { workspace_uuid: ada.workspaceId }), `${odd}?limit=x&sortBy=y`];
    const badProofs = [
      {},
      { authorization: "Bearer sy_forged" },
      { authorization: `Bearer ${ada.key}x` },
      { authorization: `Basic ${btoa(`ada:${ada.key}`)}` },
      { authorization: "Bearer nothing", cookie, origin: "http://127.0.0.1:3000" },
      { cookie: "sy_session=forged", origin: "http://127.0.0.1:3000" },
    ];

    for (const path of paths)
      for (const proof of badProofs) {
        const init = badBody(route.method);
        const response = await stranger.send(path, {
          ...init,
          headers: { ...Object.fromEntries(new Headers(init.headers)), ...proof } as Record<string, string>,
        });
        expect([response.status, response.headers.get("www-authenticate")]).toEqual([
          401,
          'Bearer realm="Switchyard"',
        ]);
        expect(await response.json()).toEqual({
          detail: {
            code: "not_authenticated",
            message: "Sign in, or send an API key that works as `Authorization: Bearer sy_…`.",
            requestId: response.headers.get("x-request-id"),
          },
        });
      }
  },
);

test.each(closedPages.map((route) => [nameOf(route), route] as const))(
  "%s: whoever is not signed in is asked to",
  async (_, route) => {
    const response = await stranger.send(pathOf(route, { workspace_uuid: ada.workspaceId }), {
      ...badBody(route.method),
      headers: { accept: "text/html" },
    });

    expect(response.status).toBe(route.method === "GET" ? 302 : 303);
    expect(response.headers.get("location")).toMatch(/^\/sign-in(\?return_to=|$)/);
  },
);

test("an expired and a revoked key are answered like one that never was", async () => {
  const { body } = await ada.post<{ id: number; key: string }>("api-keys", {
    name: "k",
    scopes: ["apps:read"],
  });
  const said = async (key: string) => {
    const response = await ada.send("/api/v2/me", { headers: { authorization: `Bearer ${key}` } });
    const { detail } = (await response.json()) as { detail: object };
    return [response.status, { ...detail, requestId: "" }];
  };
  const forged = await said(`${body.key.slice(0, -1)}${body.key.endsWith("0") ? "1" : "0"}`);

  await ada.delete(`api-keys/${body.id}`);

  expect(forged[0]).toBe(401);
  expect(await said(body.key)).toEqual(forged);
});

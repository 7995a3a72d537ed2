import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";
import { isApi, nameOf, pathOf, routesOf } from "#tests/support/routes.ts";

const app = await testApp();
const { ada } = await makePeople(app);
const { cookie } = await ada.signedIn();
const ours = "http://127.0.0.1:3000";
const server = await addServer(ada, { url: nowhere(), name: "Before" });

const rename = (headers: Record<string, string>) =>
  app.handle(
    new Request(new URL(ada.path(`mcp-servers/${server.id}`), ours), {
      method: "PATCH",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "Renamed" }),
    }),
  );

test.each([
  [{ origin: ours }],
  [{ "sec-fetch-site": "same-origin" }],
  [{ "sec-fetch-site": "same-origin", origin: ours }],
])("a change that shows %j comes from our own pages", async (shown) => {
  expect((await rename({ cookie, ...shown })).status).toBe(200);
});

test.each([
  [{}],
  [{ origin: "https://evil.example.com" }],
  [{ origin: "http://127.0.0.1:3001" }],
  [{ origin: "https://127.0.0.1:3000" }],
  [{ origin: "null" }],
  [{ origin: `${ours}.evil.example.com` }],
  [{ "sec-fetch-site": "cross-site" }],
  [{ "sec-fetch-site": "same-site" }],
  [{ "sec-fetch-site": "none" }],
  [{ "sec-fetch-site": "same-origin", origin: "https://evil.example.com" }],
  [{ "sec-fetch-site": "cross-site", origin: ours }],
  [{ "hx-request": "true" }],
  [{ referer: `${ours}/w` }],
  [{ "x-requested-with": "XMLHttpRequest" }],
])("a change with a cookie that shows %j is refused, and nothing is changed", async (shown) => {
  await ada.patch(`mcp-servers/${server.id}`, { name: "Before" });

  const response = await rename({ cookie, ...shown } as Record<string, string>);

  expect([response.status, ((await response.json()) as { detail: object }).detail]).toMatchObject([
    403,
    { code: "cross_origin" },
  ]);
  expect((await ada.get(`mcp-servers/${server.id}`)).body).toMatchObject({ name: "Before" });
});

test("an API key needs no origin: it is sent on purpose, from wherever", async () => {
  const authorization = `Bearer ${ada.key}`;

  expect((await rename({ authorization })).status).toBe(200);
  expect((await rename({ authorization, cookie })).status).toBe(200);
  expect((await rename({ authorization, "sec-fetch-site": "cross-site" })).status).toBe(200);
  expect((await rename({ authorization, origin: "https://tool.example" })).status).toBe(200);
});

test("a bad key is not saved by a good cookie", async () => {
  const response = await rename({ authorization: "Bearer sy_bad", cookie, origin: ours });

  expect(response.status).toBe(401);
});

test("reading is free from anywhere", async () => {
  const response = await app.handle(
    new Request(new URL("/api/v2/me", ours), { headers: { cookie, "sec-fetch-site": "cross-site" } }),
  );

  expect(response.status).toBe(200);
});

const changing = routesOf(app.deps).filter((route) => isApi(route) && route.method !== "GET");

test.each(changing.map((route) => [nameOf(route), route] as const))(
  "%s: another site's page changes nothing in somebody's browser",
  async (_, route) => {
    const response = await app.handle(
      new Request(new URL(pathOf(route, { workspace_uuid: ada.workspaceId }), ours), {
        method: route.method,
        headers: {
          cookie,
          origin: "https://evil.example.com",
          "sec-fetch-site": "cross-site",
          "content-type": "text/plain",
        },
        body: "{}",
      }),
    );

    expect([response.status, ((await response.json()) as { detail: object }).detail]).toMatchObject([
      403,
      { code: "cross_origin" },
    ]);
  },
);

test("nobody is invited to share answers across origins", async () => {
  const preflight = await app.handle(
    new Request(new URL("/api/v2/me", ours), {
      method: "OPTIONS",
      headers: { origin: "https://evil.example.com", "access-control-request-method": "GET" },
    }),
  );
  const answer = await app.handle(
    new Request(new URL("/api/v2/me", ours), { headers: { cookie, origin: "https://evil.example.com" } }),
  );

  for (const { headers } of [preflight, answer])
    expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

import { expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();

const untouched = {
  clientId: null,
  hasClientSecret: false,
  tokenEndpointAuthMethod: null,
  scopes: null,
  scopeCeiling: null,
  sendResource: true,
  authorizationParameters: {},
  tokenParameters: {},
  allowMissingPkceMetadata: false,
  issuer: null,
  otherIssuer: null,
};

const chosen = {
  clientId: "by hand",
  tokenEndpointAuthMethod: "client_secret_post",
  scopes: ["read"],
  scopeCeiling: ["read", "write"],
  sendResource: false,
  authorizationParameters: { audience: "api" },
  tokenParameters: { audience: "api" },
  allowMissingPkceMetadata: true,
};

test("an admin reads every switch, also what nobody has set", async () => {
  const { ada } = await makePeople(app);

  const server = await addServer(ada, { url: nowhere() });

  expect(server.oauth).toEqual(untouched);
  expect((await ada.get<McpServer[]>("mcp-servers")).body[0]?.oauth).toEqual(untouched);
});

test("what is set is read as it was sent, the secret apart, and may be sent again", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, {
    url: nowhere(),
    authType: "oauth",
    oauth: { ...chosen, clientSecret: "a secret of ours", issuer: "https://login.example.com" },
  });
  const { body } = await ada.get<McpServer>(`mcp-servers/${id}`);

  const { hasClientSecret, otherIssuer, ...settable } = body.oauth ?? untouched;
  const again = await ada.patch<McpServer>(`mcp-servers/${id}`, { oauth: settable });

  expect({ ...settable, hasClientSecret, otherIssuer }).toEqual({
    ...chosen,
    hasClientSecret: true,
    issuer: "https://login.example.com",
    otherIssuer: null,
  } as never);
  expect([again.status, again.body.oauth, again.body.updatedAt]).toEqual([
    200,
    body.oauth as never,
    body.updatedAt,
  ]);
});

test("null and the default itself both go back to the default", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere(), oauth: chosen });
  const { hasClientSecret: _, issuer: __, otherIssuer: ___, ...byDefault } = untouched;
  const nothing = Object.fromEntries(Object.keys(chosen).map((name) => [name, null]));

  const reset = await ada.patch<McpServer>(`mcp-servers/${id}`, { oauth: nothing });
  const same = await ada.patch<McpServer>(`mcp-servers/${id}`, { oauth: byDefault });

  expect(reset.body.oauth).toEqual(untouched);
  expect([same.body.oauth, same.body.updatedAt]).toEqual([untouched as never, reset.body.updatedAt]);
});

test("to everybody else there are no switches", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere(), oauth: chosen });
  const narrow = await ada.withScopes("apps:write");

  for (const person of [bob, vic, narrow])
    expect((await person.get<McpServer>(`mcp-servers/${id}`)).body).not.toHaveProperty("oauth");
});

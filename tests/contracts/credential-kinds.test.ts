import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { kinds } from "#src/credentials/index.ts";
import { writeGrant } from "#src/credentials/oauth.ts";
import { credentials, servers } from "#src/db/schema.ts";
import type { AuthType } from "#src/services/context.ts";
import { testApp } from "#tests/support/app.ts";
import type { OpenApi } from "#tests/support/contract.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

/*
 * What holds for every way in which a member proves itself, those that are yet to come included.
 */

const app = await testApp();
const seen: Record<string, string>[] = [];
const upstream = startLegacyMcpServer({
  guard: ({ headers }) => (seen.push(Object.fromEntries(headers)), null),
});
afterAll(() => upstream.stop());

const all = Object.keys(kinds) as AuthType[];
const place = { headerName: "X-Own", headerPrefix: "Key " };

/** What each kind keeps, for the secret `canary-secret`. */
const stored: Record<AuthType, string | null> = {
  oauth: writeGrant({
    accessToken: "canary-secret",
    refreshToken: null,
    tokenEndpoint: "https://login.example.com/token",
    revocationEndpoint: null,
    resource: null,
  } as Parameters<typeof writeGrant>[0]),
  direct_auth: null,
  api_key: "canary-secret",
};

test("the document names exactly the kinds there are", async () => {
  const response = await app.handle(new Request("http://127.0.0.1:3000/api/openapi.json"));
  const { components } = (await response.json()) as OpenApi;

  expect(components.schemas["McpServerAuthType"]).toMatchObject({ enum: all });
});

test.each(all)("%s: without a secret nothing is sent", (kind) => {
  expect(kinds[kind].headers(null, place)).toEqual({});
});

test.each(all)("%s: the secret goes into one header, and is the whole of it or follows a scheme", (kind) => {
  const headers = Object.entries(kinds[kind].headers(stored[kind], place));

  expect(headers.length).toBe(stored[kind] === null ? 0 : 1);
  for (const [, value] of headers) expect(value).toMatch(/^(\w+ )?canary-secret$/);
});

test.each(all)(
  "%s: a member without a credential is told what to do, and nobody is called for them",
  async (kind) => {
    const { ada, bob } = await makePeople(app);
    const { id, appUuid } = await addServer(ada, { url: upstream.url, authType: kind });
    await app.deps.db.update(servers).set({ state: "READY", enabled: true }).where(eq(servers.id, id));
    await app.deps.db.insert(credentials).values({
      workspaceId: ada.workspaceId,
      serverId: id,
      memberId: ada.memberId,
      kind,
      sealed: null,
    });
    seen.length = 0;

    const { status, body } = await bob.get<{ detail: Record<string, string> }>(`mcp-servers/${id}/tools`);

    const { authorizeUrl, appUuid: app_, authType, code } = body.detail;
    expect([status, code, authType]).toEqual([403, "member_auth_required", kind]);
    expect([authorizeUrl === undefined, app_]).toEqual(
      kind === "oauth" ? [false, undefined] : [true, appUuid],
    );
    expect(seen).toEqual([]);
  },
);

test.each(all)("%s: it can be added, seen, disconnected from and deleted", async (kind) => {
  const { ada, bob } = await makePeople(app);
  const { id, authType } = await addServer(ada, { url: nowhere(), authType: kind });

  const answers = [
    await bob.get(`mcp-servers/${id}`),
    await bob.delete(`mcp-servers/${id}/credentials`),
    await ada.delete(`mcp-servers/${id}`),
  ];

  expect(authType).toBe(kind);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

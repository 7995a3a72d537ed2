import { expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { callerOf, makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

/* Whoever sent several faults is told all of them in one answer. */

const app = await testApp({ SETUP_TOKEN: "the-token-of-the-first-start", RATE_LIMIT: "0" });
const { ada, eve } = await makePeople(app);
const stranger = callerOf(app, "", {});

type Refused = { detail: { code: string; errors: { path: string; message: string }[] } };

const pathsIn = ({ status, body }: { status: number; body: Refused }) => [
  status,
  body.detail.code,
  body.detail.errors.map(({ path }) => path),
];

const wrongServer = {
  url: "ftp://mcp.example.com",
  name: "\u200b",
  header: { name: "Host", prefix: "\u00e9" },
  oauth: {
    issuer: "login.example.com",
    scopes: ["read", "two words", 'quo"te'],
    authorizationParameters: { state: "mine", audience: "fine", ["x".repeat(101)]: "y" },
    tokenParameters: { grant_type: "password" },
  },
};
const pathsOfServer = [
  "/url",
  "/name",
  "/header/name",
  "/header/prefix",
  "/oauth/issuer",
  "/oauth/scopes/1",
  "/oauth/scopes/2",
  "/oauth/authorizationParameters/state",
  "/oauth/authorizationParameters",
  "/oauth/tokenParameters/grant_type",
];

test("of a server that is added", async () => {
  const answer = await ada.post<Refused>("mcp-servers", { ...wrongServer, discover: false });

  expect(pathsIn(answer)).toEqual([422, "invalid", pathsOfServer]);
});

test("of a server that is changed, and nothing of it is", async () => {
  const { id } = await addServer(ada, { url: nowhere() });
  const before = (await ada.get<McpServer>(`mcp-servers/${id}`)).body;

  const answer = await ada.patch<Refused>(`mcp-servers/${id}`, { ...wrongServer, description: "New" });

  expect(pathsIn(answer)).toEqual([422, "invalid", pathsOfServer]);
  expect((await ada.get<McpServer>(`mcp-servers/${id}`)).body).toEqual(before);
});

test("of those who may use it, each where it was sent", async () => {
  const { id } = await addServer(ada, { url: nowhere() });

  const answer = await ada.put<Refused>(`mcp-servers/${id}/access`, {
    access: "restricted",
    memberIds: [2_147_483_647, ada.memberId, eve.memberId],
  });

  expect(pathsIn(answer)).toEqual([422, "invalid", ["/memberIds/0", "/memberIds/2"]]);
});

test("of a newcomer who accepts an invitation, which is for somebody else", async () => {
  const { body } = await ada.post<{ url: string }>("invitations", {
    email: "kim@example.com",
    role: "viewer",
  });
  const accept = `/api/v2/invitations/${body.url.split("/").at(-1)}/accept`;

  const answer = await stranger.post<Refused>(accept, {
    email: "lee@example.com",
    name: "",
    password: "short",
  });

  expect(pathsIn(answer)).toEqual([422, "invalid", ["/name", "/password", "/email"]]);
});

test("of a set-up", async () => {
  const answer = await stranger.post<Refused>("/api/v2/setup", {
    token: "the-token-of-the-first-start",
    email: "ada",
    name: "",
    password: "short",
    workspaceName: "x".repeat(81),
  });

  expect(pathsIn(answer)).toEqual([422, "invalid", ["/email", "/name", "/password", "/workspaceName"]]);
});

import { expect, test } from "bun:test";
import * as members from "#src/db/members.ts";
import type { Me } from "#src/services/accounts.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();

test("a session sees every workspace of the account, with role and scopes", async () => {
  const { bob, eve } = await makePeople(app);
  await members.insert(app.deps.db, {
    workspaceId: eve.workspaceId,
    accountId: bob.account.id,
    role: "viewer",
  });

  const { status, body } = await (await bob.signedIn()).get<Me>("/api/v2/me");

  expect(status).toBe(200);
  expect(body).toEqual({
    account: { id: bob.account.id, email: bob.account.email, name: "Bob", avatarUrl: null },
    workspaces: [
      {
        uuid: bob.workspaceId,
        name: "Ours",
        memberId: bob.memberId,
        role: "member",
        scopes: ["apps:read", "apps:write"],
      },
      {
        uuid: eve.workspaceId,
        name: "Theirs",
        memberId: expect.any(Number),
        role: "viewer",
        scopes: ["apps:read"],
      },
    ],
  });
});

test("a key sees its own workspace alone, and what it may do there", async () => {
  const { ada, eve } = await makePeople(app);
  await members.insert(app.deps.db, {
    workspaceId: eve.workspaceId,
    accountId: ada.account.id,
    role: "owner",
  });
  const readOnly = await ada.withScopes("apps:read");

  const { body } = await readOnly.get<Me>("/api/v2/me");

  expect(body.workspaces).toEqual([
    { uuid: ada.workspaceId, name: "Ours", memberId: ada.memberId, role: "owner", scopes: ["apps:read"] },
  ]);
});

test("a stranger is told to sign in", async () => {
  const { stranger } = await makePeople(app);

  const answer = await stranger.get("/api/v2/me");

  expect([answer.status, answer.code]).toEqual([401, "not_authenticated"]);
  expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
});

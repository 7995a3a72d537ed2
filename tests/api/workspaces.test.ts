import { expect, test } from "bun:test";
import type { Workspace } from "#src/services/workspaces.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();

test("who makes a workspace owns it", async () => {
  const { bob } = await makePeople(app);
  const browser = await bob.signedIn();

  const made = await browser.post<Workspace>("/api/v2/w", { name: " Bob's\tlab " });

  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    uuid: expect.any(String),
    name: "Bob's lab",
    createdAt: expect.stringMatching(/Z$/),
  });
  expect((await browser.get(`/api/v2/w/${made.body.uuid}/members`)).body).toMatchObject([
    { name: "Bob", role: "owner" },
  ]);
  expect((await browser.get(`/api/v2/w/${made.body.uuid}/audit-events`)).body).toMatchObject([
    { action: "workspace.created", actor: { name: "Bob", apiKeyId: null }, target: { id: made.body.uuid } },
  ]);
});

test("an account lists its workspaces page by page, and nobody else's", async () => {
  const { ada } = await makePeople(app);
  const browser = await ada.signedIn();
  for (const name of ["Second", "Third"]) await browser.post("/api/v2/w", { name });

  const first = await browser.get<Workspace[]>("/api/v2/w?limit=2");
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  const second = await browser.get<Workspace[]>(new URL(next).pathname + new URL(next).search);

  expect(first.body.map(({ name }) => name)).toEqual(["Ours", "Second"]);
  expect(first.headers.get("x-total-count")).toBe("3");
  expect(second.body.map(({ name }) => name)).toEqual(["Third"]);
  expect(second.headers.get("link")).toBeNull();
});

test("an owner renames the workspace, and the old name is kept in the audit", async () => {
  const { ada } = await makePeople(app);

  const answer = await (await ada.signedIn()).patch(`/api/v2/w/${ada.workspaceId}`, { name: "Platform" });

  expect([answer.status, answer.body]).toMatchObject([200, { uuid: ada.workspaceId, name: "Platform" }]);
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "workspace.renamed", target: { name: "Platform" }, details: { from: "Ours" } },
  ]);
});

test("a key can neither list, nor make, nor rename workspaces", async () => {
  const { ada } = await makePeople(app);

  const answers = [
    await ada.get("/api/v2/w"),
    await ada.post("/api/v2/w", { name: "Mine" }),
    await ada.patch(`/api/v2/w/${ada.workspaceId}`, { name: "Mine" }),
  ];

  for (const answer of answers)
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: { code: "insufficient_scope", requiredScope: "session" } },
    });
});

test("a member cannot rename, and to a stranger of the workspace it is not there", async () => {
  const { ada, bob, eve, stranger } = await makePeople(app);
  const path = `/api/v2/w/${ada.workspaceId}`;

  const member = await (await bob.signedIn()).patch(path, { name: "Mine" });
  const other = await (await eve.signedIn()).patch(path, { name: "Mine" });
  const nobody = await stranger.patch(path, { name: "Mine" });

  expect(member).toMatchObject({ status: 403, body: { detail: { requiredScope: "apps:admin" } } });
  expect([other.status, other.code]).toEqual([404, "not_found"]);
  expect([nobody.status, nobody.code]).toEqual([401, "not_authenticated"]);
});

test.each([
  [{ name: "" }],
  [{ name: "x".repeat(81) }],
  [{ name: "a\0b" }],
  [{}],
  [{ name: "x", uuid: "y" }],
  [undefined],
])("%j makes no workspace", async (body) => {
  const { ada } = await makePeople(app);
  const browser = await ada.signedIn();

  const answer = await browser.post("/api/v2/w", body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
  expect((await browser.get("/api/v2/w")).headers.get("x-total-count")).toBe("1");
});

test.each(["garbage", "WyJtZW1iZXJzIiwxXQ", "WyJ3b3Jrc3BhY2VzIiw5MDA3MTk5MjU0NzQwOTkxXQ"])(
  "the cursor %s is of no list of ours",
  async (cursor) => {
    const { ada } = await makePeople(app);

    const answer = await (await ada.signedIn()).get(`/api/v2/w?cursor=${cursor}`);

    expect(answer).toMatchObject({
      status: 400,
      body: { detail: { code: "bad_request", errors: [{ path: "/cursor" }] } },
    });
  },
);

import { expect, test } from "bun:test";
import type { SetUp } from "#src/services/setup.ts";
import { testApp } from "#tests/support/app.ts";
import { callerOf } from "#tests/support/people.ts";

const token = "the-token-of-the-first-start";
const input = {
  token,
  email: " Ada@Example.com ",
  password: "correct horse battery",
  name: "  Ada  ",
  workspaceName: "Engineering",
};

/** A fresh installation, as a set-up is done once in its life. */
async function firstStart(env: Record<string, string> = { SETUP_TOKEN: token }) {
  const app = await testApp(env);
  return { ...app, stranger: callerOf(app, "", {}) };
}

test("set-up makes an owner, a workspace, a key with every scope and a session", async () => {
  const app = await firstStart();

  const answer = await app.stranger.post<SetUp>("/api/v2/setup", input);

  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    workspace: { uuid: expect.any(String), name: "Engineering" },
    member: { id: expect.any(Number), role: "owner" },
    apiKey: {
      id: expect.any(Number),
      key: expect.stringMatching(/^sy_[0-9A-Za-z]{60}$/),
      scopes: ["apps:read", "apps:write", "apps:admin"],
    },
  });
  expect(answer.headers.get("set-cookie")).toMatch(/^sy_session=.+; Path=\/; HttpOnly; SameSite=Lax$/);

  const withKey = callerOf(app, answer.body.workspace.uuid, {
    authorization: `Bearer ${answer.body.apiKey.key}`,
  });
  expect((await withKey.get("members")).body).toMatchObject([
    { name: "Ada", email: "Ada@Example.com", role: "owner" },
  ]);
  expect((await withKey.get("audit-events")).body).toMatchObject([
    { action: "api_key.created", actor: { name: "Ada" } },
    { action: "workspace.created", actor: { name: "Ada" }, target: { name: "Engineering" } },
  ]);
});

test("a second set-up is a conflict for ever, whatever token it brings", async () => {
  const app = await firstStart();
  await app.stranger.post("/api/v2/setup", input);

  const again = await app.stranger.post("/api/v2/setup", input);
  const guessed = await app.stranger.post("/api/v2/setup", { ...input, token: "another" });

  expect([again.status, again.code]).toEqual([409, "conflict"]);
  expect([guessed.status, guessed.code]).toEqual([409, "conflict"]);
});

test("of two set-ups at once one wins, and the other leaves nothing behind", async () => {
  const app = await firstStart();

  const answers = await Promise.all(
    ["one@example.com", "two@example.com"].map((email) =>
      app.stranger.post<SetUp>("/api/v2/setup", { ...input, email }),
    ),
  );

  expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409]);
  const loser = answers[0]?.status === 409 ? "one@example.com" : "two@example.com";
  const signIn = await app.stranger.post("/api/v2/session", { email: loser, password: input.password });
  expect(signIn.status).toBe(401);
});

test("a wrong token sets nothing up", async () => {
  const app = await firstStart();

  const wrong = await app.stranger.post("/api/v2/setup", { ...input, token: `${token}!` });
  const right = await app.stranger.post("/api/v2/setup", input);

  expect([wrong.status, wrong.code]).toEqual([401, "not_authenticated"]);
  expect(JSON.stringify(wrong.body)).not.toContain(token);
  expect(right.status).toBe(201);
});

test("without a token of its own an installation cannot be set up by anybody", async () => {
  const app = await firstStart({});

  const answer = await app.stranger.post("/api/v2/setup", { ...input, token: "" });

  expect([answer.status, answer.code]).toEqual([401, "not_authenticated"]);
});

const impossible: [change: object, path: string][] = [
  [{ password: "1234567" }, "/password"],
  [{ password: "x".repeat(257) }, "/password"],
  [{ email: "ada" }, "/email"],
  [{ email: "ada\u200b@example.com" }, "/email"],
  [{ name: " \u200b " }, "/name"],
  [{ name: "A\0da" }, "/name"],
  [{ name: "A\ud800da" }, "/name"],
  [{ workspaceName: "x".repeat(81) }, "/workspaceName"],
  [{ role: "owner" }, "/role"],
  [{ name: 7 }, "/name"],
];

test("what cannot be is refused, and set-up can be tried again", async () => {
  const app = await firstStart({ SETUP_TOKEN: token, RATE_LIMIT: "0" });

  for (const [change, path] of impossible) {
    const refused = await app.stranger.post("/api/v2/setup", { ...input, ...change });
    expect(refused, path).toMatchObject({
      status: 422,
      body: { detail: { code: "invalid", errors: [{ path }] } },
    });
  }

  expect((await app.stranger.post("/api/v2/setup", input)).status).toBe(201);
});

test("guessing the token is limited by address", async () => {
  const app = await firstStart();

  const guess = (n: number) =>
    app.stranger.post("/api/v2/setup", { ...input, token: `${n}`, email: `${n}@example.com` });
  const answers = [];
  for (let n = 0; n < 31; n++) answers.push(await guess(n));

  expect(new Set(answers.slice(0, 30).map((answer) => answer.status))).toEqual(new Set([401]));
  expect([answers[30]?.status, answers[30]?.code]).toEqual([429, "rate_limited"]);
});

import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { bearer, makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0", SETUP_TOKEN: "the token" });
const { ada } = await makePeople(app);
const created = await ada.post<{ id: number }>("mcp-servers", {
  url: "https://mcp.example.com/mcp",
  discover: false,
});
const server = `mcp-servers/${created.body.id}`;

test.each([
  ["POST", `${server}/enable`],
  ["POST", `${server}/test`],
  ["POST", `${server}/disable`],
  ["DELETE", `${server}/credentials`],
  ["DELETE", server],
])("%s %s refuses a field that it would ignore, and does nothing", async (method, path) => {
  const headers = { "content-type": "application/json" };
  const answer = await ada.send(path, { method, headers, body: JSON.stringify({ force: true }) });

  expect(answer.status).toBe(422);
  expect((await ada.get(server)).body).toMatchObject({ state: "REGISTER", enabled: false });
});

test.each([{ clear_registration: true }, { clearRegistration: true }])(
  "disable takes %j in its body as well as in the query",
  async (body) => {
    await ada.patch(server, { oauth: { clientId: "to-be-forgotten" } });

    const answer = await ada.post(`${server}/disable`, body);
    const [event] = (await ada.get<{ details: object }[]>("audit-events")).body;

    expect(answer.status).toBe(200);
    expect(event).toMatchObject({ action: "server.disabled", details: { clearRegistration: true } });
  },
);

test("a tool's name that cannot be text is refused before anybody is called", async () => {
  const answer = await ada.post(`${server}/tools/a%00b/call`, {});

  expect([answer.status, answer.code]).toEqual([400, "bad_request"]);
});

test("an issuer that is no URL is refused", async () => {
  const answer = await ada.patch(server, { oauth: { issuer: "nope" } });

  expect(answer.body).toMatchObject({ detail: { code: "invalid", errors: [{ path: "/oauth/issuer" }] } });
});

test("whoever brings a bad key accepts no invitation as a stranger", async () => {
  const { body } = await ada.post<{ url: string }>("invitations", { role: "member" });
  const token = body.url.split("/").at(-1);
  const newcomer = { email: "kim@example.com", name: "Kim", password: "correct horse battery" };

  const refused = await ada.post(`/api/v2/invitations/${token}/accept`, newcomer, bearer("sy_bad"));

  expect([refused.status, refused.code]).toEqual([401, "not_authenticated"]);
});

test("once it is set up, a set-up is a conflict whatever is sent", async () => {
  const set = { token: "the token", workspaceName: "Acme" };
  const owner = { email: "grace@example.com", name: "Grace", password: "correct horse battery" };
  await ada.post("/api/v2/setup", { ...set, ...owner });

  const again = await ada.post("/api/v2/setup", {});

  expect([again.status, again.code]).toEqual([409, "conflict"]);
});

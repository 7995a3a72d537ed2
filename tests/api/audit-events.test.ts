import { expect, test } from "bun:test";
import type { AuditEvent } from "#src/services/audit-events.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();

/** Ada's workspace after four things happened: two by Ada, then two by Bob. */
async function makeHistory() {
  const people = await makePeople(app);
  const { ada, bob, vic } = people;
  await ada.patch(`members/${bob.memberId}`, { role: "admin" });
  await ada.post("invitations", { role: "viewer" });
  await bob.patch(`members/${vic.memberId}`, { role: "member" });
  await bob.post("api-keys", { name: "CI", scopes: ["apps:read"] });
  return people;
}

const actionsOf = (events: AuditEvent[]) => events.map(({ action }) => action);

test("events are listed newest first, each with its request", async () => {
  const { ada, bob } = await makeHistory();

  const answer = await ada.get<AuditEvent[]>("audit-events");

  expect(actionsOf(answer.body)).toEqual([
    "api_key.created",
    "member.updated",
    "invitation.created",
    "member.updated",
  ]);
  expect(answer.headers.get("x-total-count")).toBe("4");
  expect(answer.body[0]).toMatchObject({
    actor: { memberId: bob.memberId, name: "Bob", apiKeyId: expect.any(Number) },
    requestId: expect.stringMatching(/^req_/),
    at: expect.stringMatching(/Z$/),
  });
});

test("filters narrow the list and its total", async () => {
  const { ada, bob, vic } = await makeHistory();

  const read = async (query: string) => {
    const { body, headers } = await ada.get<AuditEvent[]>(`audit-events?${query}`);
    return [...actionsOf(body), Number(headers.get("x-total-count"))];
  };

  expect(await read("action=member.updated")).toEqual(["member.updated", "member.updated", 2]);
  expect(await read(`memberId=${bob.memberId}`)).toEqual(["api_key.created", "member.updated", 2]);
  expect(await read("targetType=invitation")).toEqual(["invitation.created", 1]);
  expect(await read(`targetType=member&targetId=${vic.memberId}`)).toEqual(["member.updated", 1]);
  expect(await read(`action=member.updated&memberId=${ada.memberId}`)).toEqual(["member.updated", 1]);
  expect(await read("action=nothing.done")).toEqual([0]);
});

test("pages keep the filter and neither repeat nor skip", async () => {
  const { ada } = await makeHistory();

  const first = await ada.get<AuditEvent[]>("audit-events?action=member.updated&limit=1");
  const next = new URL(/<([^>]+)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "");
  const second = await ada.get<AuditEvent[]>(next.pathname + next.search);

  expect(next.origin).toBe(app.deps.settings.publicUrl.origin);
  expect(first.body).toHaveLength(1);
  expect(actionsOf(second.body)).toEqual(["member.updated"]);
  expect(second.body[0]?.id).toBeLessThan(first.body[0]?.id ?? 0);
  expect(second.headers.get("link")).toBeNull();
});

test("an event keeps the names of those who are gone", async () => {
  const { ada, bob } = await makeHistory();

  await ada.delete(`members/${bob.memberId}`);

  const { body } = await ada.get<AuditEvent[]>(`audit-events?memberId=${bob.memberId}`);
  expect(body.map(({ actor }) => actor.name)).toEqual(["Bob", "Bob"]);
});

test("only admins read it, and only their own workspace's", async () => {
  const { ada, vic, eve, stranger } = await makeHistory();

  expect(await vic.get("audit-events")).toMatchObject({
    status: 403,
    body: { detail: { requiredScope: "apps:admin" } },
  });
  expect((await (await ada.withScopes("apps:write")).get("audit-events")).code).toBe("insufficient_scope");
  expect((await eve.get(ada.path("audit-events"))).code).toBe("not_found");
  expect((await eve.get("audit-events")).body).toEqual([]);
  expect((await stranger.get("audit-events")).code).toBe("not_authenticated");
});

test.each([
  "action=%00",
  "action=server%20created",
  "targetType=a%00b",
  "targetId=%F0%9F%98%80",
  "limit=0",
  "limit=201",
  "cursor=%00",
])("the query %s is refused", async (query) => {
  const { ada } = await makePeople(app);

  const answer = await ada.get(`audit-events?${query}`);

  expect([answer.status, answer.code]).toEqual([400, "bad_request"]);
});

test.each(["1e3", "-1", "2147483648", "%00"])("the member id %s is nobody's", async (id) => {
  const { ada } = await makePeople(app);

  const answer = await ada.get(`audit-events?memberId=${id}`);

  expect([answer.status, answer.code]).toEqual([404, "not_found"]);
});

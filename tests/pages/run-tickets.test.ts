import { afterAll, beforeAll, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { sql } from "drizzle-orm";
import { createApp } from "#src/app.ts";
import * as rows from "#src/db/run-tickets.ts";
import { rowsOf } from "#src/db/rows.ts";
import { type TestApp, testApp } from "#tests/support/app.ts";
import { type Message, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { type ModernMcpServer, startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { browse, fillIn, hiddenIn } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

/*
 * A form calls its tool once, however often it is sent and wherever it arrives.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob } = await makePeople(app);
const adaSignedIn = (await ada.signedIn()).cookie;
const asAda = browse(app, adaSignedIn);
const asBob = browse(app, (await bob.signedIn()).cookie);

/** Another process on the same database, as far as memory goes. */
const another = createApp(app.deps);
const other: TestApp = { deps: app.deps, handle: async (request) => await another.handle(request) };
const asAdaElsewhere = browse(other, adaSignedIn);

/** How often each tool was called, and what holds the calls up. */
let calls: string[] = [];
let arrived = Promise.withResolvers<void>();
let gate = Promise.withResolvers<void>();
let left = Promise.withResolvers<void>();
const slow = startFakeMcpServer({
  "tools/list": (message) =>
    result(message, {
      tools: ["count", "other"].map((name) => ({
        name,
        inputSchema: { type: "object", properties: { of: { type: "string" } } },
      })),
    }),
  "tools/call": async (message: Message, request) => {
    calls.push(JSON.stringify(message.params));
    request.signal.addEventListener("abort", () => left.resolve());
    arrived.resolve();
    await gate.promise;
    return result(message, { content: [{ type: "text", text: `call number ${calls.length}` }] });
  },
});
const modern: ModernMcpServer = startModernMcpServer();
afterAll(() => Promise.all([slow.stop(), modern.stop()]));

let page = "";
let deploy = "";
beforeAll(async () => {
  const { id } = await addReadyServer(ada, slow.url);
  for (const person of [ada, bob]) await person.post(`mcp-servers/${id}/credentials`);
  page = `/w/${ada.workspaceId}/servers/${id}/tools/call?name=count`;

  const { id: modernId } = await addReadyServer(ada, modern.url);
  await ada.post(`mcp-servers/${modernId}/credentials`);
  deploy = `/w/${ada.workspaceId}/servers/${modernId}/tools/call?name=deploy`;
});
beforeEach(() => {
  calls = [];
  arrived = Promise.withResolvers();
  gate = Promise.withResolvers();
  left = Promise.withResolvers();
});

/** As the browser does that goes elsewhere before the answer came. */
async function sendAndLeave(
  fields: Record<string, string>,
  signal: AbortSignal,
  more: Record<string, string> = {},
): Promise<Response> {
  const { publicUrl } = app.deps.settings;
  const headers = { accept: "text/html", cookie: adaSignedIn, origin: publicUrl.origin, ...more };
  const body = new URLSearchParams(fields);
  return app.handle(new Request(new URL(page, publicUrl), { method: "POST", headers, body, signal }));
}

const repeated = "This form was sent more than once. The tool was not called again";
const spent = "This form was sent already, so the tool was not called again.";
const ticketOf = async (path: string, by = asAda) => hiddenIn((await by.get(path)).html)["ticket"] ?? "";

describe("a form that is sent twice", () => {
  test("calls the tool once, and both are shown what came of it", async () => {
    const ticket = await ticketOf(page);
    const sent = [asAda.post(page, { ticket, "arg/of": "x" }), asAda.post(page, { ticket, "arg/of": "x" })];
    await arrived.promise;
    gate.resolve();
    const seen = await Promise.all(sent);

    expect(calls).toHaveLength(1);
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
    for (const { html } of seen) expect(html).toContain("call number 1");
    expect(seen.filter(({ html }) => html.includes(repeated))).toHaveLength(1);
  });

  test("by a reload of its answer, shows that answer again", async () => {
    const ticket = await ticketOf(page);
    gate.resolve();

    await asAda.post(page, { ticket, "arg/of": "x" });
    const reloaded = await asAda.post(page, { ticket, "arg/of": "x" });

    expect(calls).toHaveLength(1);
    expect(reloaded.html).toContain("call number 1");
    expect(reloaded.html).toContain(repeated);
  });

  test("with something else in it is not answered with what came of the first", async () => {
    const ticket = await ticketOf(page);
    gate.resolve();

    await asAda.post(page, { ticket, "arg/of": "x" });
    const changed = await asAda.post(page, { ticket, "arg/of": "y" });

    expect(calls).toHaveLength(1);
    expect(changed.status).toBe(422);
    expect(changed.html).toContain(spent);
    expect(changed.html).toContain('value="y"');
    expect(changed.html).not.toContain("call number");
  });

  test("by a browser that gave the first up, shows what came of that", async () => {
    const ticket = await ticketOf(page);
    const leaving = new AbortController();
    const first = sendAndLeave({ ticket, "arg/of": "x" }, leaving.signal);
    await arrived.promise;
    leaving.abort();

    const second = asAda.post(page, { ticket, "arg/of": "x" });
    gate.resolve();

    expect((await second).html).toContain("call number 1");
    expect(calls).toHaveLength(1);
    await first;
  });

  test("after the script's own Cancel is not run again unasked", async () => {
    const ticket = await ticketOf(page);
    const leaving = new AbortController();
    const first = sendAndLeave({ ticket, "arg/of": "x" }, leaving.signal, { "hx-request": "true" });
    await arrived.promise;
    leaving.abort();

    expect((await first).status).toBe(499);
    await left.promise;
    const second = await asAda.post(page, { ticket, "arg/of": "x" });
    gate.resolve();

    expect(second.html).toContain(spent);
    expect(calls).toHaveLength(1);
  });

  test("to another instance calls nothing there, while the first is under way and after", async () => {
    const ticket = await ticketOf(page);
    const first = asAda.post(page, { ticket, "arg/of": "x" });
    await arrived.promise;

    const during = await asAdaElsewhere.post(page, { ticket, "arg/of": "x" });
    gate.resolve();
    await first;
    const after = await asAdaElsewhere.post(page, { ticket, "arg/of": "x" });

    expect(calls).toHaveLength(1);
    for (const seen of [during, after]) {
      expect(seen.status).toBe(422);
      expect(seen.html).toContain(spent);
      expect(seen.html).toContain('value="x"');
    }
  });

  test("to two instances at the same moment calls the tool once", async () => {
    const ticket = await ticketOf(page);
    gate.resolve();

    const seen = await Promise.all(
      [asAda, asAdaElsewhere, asAda, asAdaElsewhere].map((by) => by.post(page, { ticket, "arg/of": "x" })),
    );

    expect(calls).toHaveLength(1);
    for (const { html } of seen)
      expect([spent, "call number 1"].filter((words) => html.includes(words))).toHaveLength(1);
  });
});

test("an answer carries another ticket, so pressing Run again calls again", async () => {
  gate.resolve();
  const first = await fillIn(asAda, page, { "arg/of": "x" });
  const second = await asAda.post(page, { ...hiddenIn(first.html), "arg/of": "x" });

  expect(calls).toHaveLength(2);
  expect(second.html).toContain("call number 2");
  expect(second.html).not.toContain(repeated);
});

test("what says that a form was sent already has one that can be sent", async () => {
  const ticket = await ticketOf(page);
  gate.resolve();
  await asAda.post(page, { ticket, "arg/of": "x" });

  const refused = await asAdaElsewhere.post(page, { ticket, "arg/of": "x" });
  const again = await asAdaElsewhere.post(page, { ...hiddenIn(refused.html), "arg/of": "x" });

  expect(calls).toHaveLength(2);
  expect(again.html).toContain("call number 2");
});

test("a form that cannot be read, or is only shown the other way, uses up nothing", async () => {
  const ticket = await ticketOf(`${page}&as=json`);
  gate.resolve();

  await asAda.post(`${page}&as=json`, { ticket, json: "{ odd" });
  await asAda.post(`${page}&as=json`, { ticket, json: "{}", show: "form" });
  const seen = await asAda.post(`${page}&as=json`, { ticket, json: "{}" });

  expect(calls).toHaveLength(1);
  expect(seen.html).toContain("call number 1");
});

test("a ticket is refused kindly where it is not this form's, and what was typed stays", async () => {
  gate.resolve();
  const own = await ticketOf(page);
  const [expires = "", nonce = "", signature = ""] = own.split(".");
  setSystemTime(Date.now() - 25 * 60 * 60 * 1_000);
  const old = await ticketOf(page);
  setSystemTime();
  const strange = {
    none: "",
    nonsense: "x",
    "another member's": await ticketOf(page, asBob),
    "another tool's": await ticketOf(page.replace("count", "other")),
    "another server's": await ticketOf(deploy),
    "a forged one": `${expires}.${nonce}.${signature.replaceAll(/./g, "A")}`,
    "one made to last": `${Number(expires) + 1}.${nonce}.${signature}`,
    "one a day old": old,
  };

  for (const [whose, ticket] of Object.entries(strange)) {
    const seen = await asAda.post(page, { ticket, "arg/of": "kept" });

    expect([whose, seen.status]).toEqual([whose, 422]);
    expect(seen.html).toContain("was not made for you and this tool");
    expect(seen.html).toContain('value="kept"');
  }
  expect(calls).toEqual([]);
});

describe("answers to what a tool asked", () => {
  const deployed = () => modern.seen.filter(({ body }) => body.params["inputResponses"] !== undefined).length;

  test("go on with its call once, whoever sends them twice", async () => {
    const asked = await fillIn(asAda, deploy, { "arg/target": "prod" });
    const answers = { ...hiddenIn(asked.html), "answer-0/sure": "true", action: "accept" };
    const before = deployed();

    const seen = await Promise.all([asAda.post(deploy, answers), asAda.post(deploy, answers)]);
    const elsewhere = await asAdaElsewhere.post(deploy, answers);

    expect(deployed() - before).toBe(1);
    for (const { html } of seen) expect(html).toContain("step-1");
    expect(elsewhere.status).toBe(422);
    expect(elsewhere.html).toContain(spent);
    expect(elsewhere.html).toContain("Deploy to production?");
  });

  test("that were sent twice as the question itself show the same question", async () => {
    const ticket = await ticketOf(deploy);

    const seen = await Promise.all([1, 2].map(() => asAda.post(deploy, { ticket, "arg/target": "prod" })));

    for (const { html } of seen) expect(html).toContain("Deploy to production?");
  });
});

test("tickets are forgotten an hour after they would be refused, and no sooner", async () => {
  const workspaceId = ada.workspaceId;
  const inMs = (ms: number) => new Date(Date.now() + ms);
  await rows.claim(app.deps.db, { workspaceId, nonce: "long ago", expiresAt: inMs(-61 * 60_000) });
  await rows.claim(app.deps.db, { workspaceId, nonce: "just now", expiresAt: inMs(-59 * 60_000) });

  await rows.removeExpired(app.deps.db);

  const left = await rowsOf<{ nonce: string }>(
    app.deps.db,
    sql`select nonce from run_tickets where nonce in ('long ago', 'just now')`,
  );
  expect(left).toEqual([{ nonce: "just now" }]);
});

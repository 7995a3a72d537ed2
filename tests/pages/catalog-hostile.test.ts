import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { error, type Message, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { dangersIn, unseenIn } from "#tests/support/markup.ts";
import { browse, fillIn } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

/*
 * A server that says what would hurt if any of it were more than text.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const { ada } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);

const markup = `"><script>evil()</script><img src=x onerror=evil()><a href="javascript:evil()" hx-get="/evil" hx-trigger=load>x</a><hx-partial hx-target="#evil">`;
const bidi = "safe\u202Egnp.exe\u200B\u0007\u{E0041}";
const worst = `${markup}${bidi}`;
const nested = (depth: number): object =>
  depth === 0 ? {} : { type: "object", properties: { a: nested(depth - 1) } };

const schema = {
  type: "object",
  title: worst,
  description: worst,
  properties: {
    [worst]: { type: "string", title: worst, description: worst, default: worst, pattern: "(a+)+$" },
    list: { type: "array", items: { enum: [worst, "b"] }, description: worst },
    ref: { $ref: "http://127.0.0.1:1/schema.json" },
    loop: { $ref: "#/properties/loop" },
    deep: nested(25),
    choice: { enum: [worst], default: worst },
  },
  required: [worst],
};

const worstContent = [
  { type: "text", text: worst },
  { type: "text", text: `{"a": ${JSON.stringify(worst)}}` },
  { type: "resource_link", uri: "javascript:evil()", name: worst, description: worst, mimeType: worst },
  { type: "image", data: btoa("<svg onload=evil()>"), mimeType: "image/svg+xml" },
  { type: "audio", data: "!!", mimeType: worst },
  { type: "resource", resource: { uri: worst, mimeType: worst, text: worst } },
  { type: worst },
];

let tools: unknown[] = [
  {
    name: worst,
    title: worst,
    description: worst,
    inputSchema: schema,
    outputSchema: schema,
    annotations: { title: worst, destructiveHint: true },
  },
];
const hostile = startFakeMcpServer({
  initialize: (message) =>
    result(message, {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, prompts: {}, resources: {} },
      serverInfo: { name: worst, version: worst, title: worst, websiteUrl: "javascript:evil()" },
      instructions: worst,
    }),
  "tools/list": (message) => result(message, { tools }),
  "tools/call": (message) => answerCall(message),
  "prompts/list": (message) =>
    result(message, {
      prompts: [
        { name: worst, title: worst, description: worst, arguments: [{ name: worst, description: worst }] },
      ],
    }),
  "prompts/get": (message) =>
    result(message, { description: worst, messages: [{ role: worst, content: worstContent[0] }] }),
  "resources/list": (message) =>
    result(message, {
      resources: [
        { uri: "javascript:evil()", name: worst, description: worst, mimeType: worst, size: 1e308 },
      ],
    }),
  "resources/templates/list": (message) =>
    result(message, {
      resourceTemplates: [{ uriTemplate: `javascript:{${worst}}`, name: worst, description: worst }],
    }),
  "resources/read": (message) =>
    result(message, { contents: [{ uri: worst, mimeType: worst, text: worst }] }),
});
let answerCall = (message: Message): Response =>
  result(message, { content: worstContent, structuredContent: { [worst]: worst } });
afterAll(() => hostile.stop());

let path = "";
beforeAll(async () => {
  const { id } = (await ada.post<{ id: number }>("mcp-servers", { url: hostile.url })).body;
  await ada.post(`mcp-servers/${id}/enable`);
  await ada.post(`mcp-servers/${id}/credentials`);
  path = `/w/${ada.workspaceId}/servers/${id}`;
});

const name = encodeURIComponent(worst);

describe("words that would hurt are words, on", () => {
  test.each([
    ["the overview", ""],
    ["the list of tools", "/tools"],
    ["a tool", `/tools/call?name=${name}`],
    ["a tool with JSON", `/tools/call?name=${name}&as=json`],
    ["the list of prompts", "/prompts"],
    ["a prompt", `/prompts/get?name=${name}`],
    ["the list of resources", "/resources"],
    ["a resource", `/resources/read?uri=${encodeURIComponent("javascript:evil()")}`],
  ])("%s", async (_, page) => {
    const seen = await asAda.get(path + page);

    expect(seen.status).toBe(200);
    expect(await dangersIn(seen.html)).toEqual([]);
    expect(await unseenIn(seen.html)).toEqual([]);
  });

  test.each([
    ["the result of a tool", `/tools/call?name=${name}`],
    ["a filled-in prompt", `/prompts/get?name=${name}`],
  ])("%s", async (_, page) => {
    const seen = await fillIn(asAda, path + page, {
      [`arg/${worst.replaceAll("~", "~0").replaceAll("/", "~1")}`]: "x",
    });

    expect(seen.status).toBe(200);
    expect(await dangersIn(seen.html)).toEqual([]);
    expect(seen.html).toContain("&lt;script>evil()");
    expect(seen.html).toContain("⟨U+202E⟩");
    expect(seen.html).not.toContain("data:image");
  });

  test("the list of servers, which shows the name that the server gave itself", async () => {
    const seen = await asAda.get(path.replace(/\/\d+$/, ""));

    expect(await dangersIn(seen.html)).toEqual([]);
  });

  test("an error of the server's", async () => {
    answerCall = (message) => error(message, -32000, worst);

    const seen = await fillIn(asAda, `${path}/tools/call?name=${name}&as=json`, { json: "{}" });

    expect(seen.status).toBe(502);
    expect(await dangersIn(seen.html)).toEqual([]);
  });
});

test("questions that would hurt are questions", async () => {
  const seen = await asAda.post(`${path}/tools/call?name=${name}&as=json`, {
    requests: JSON.stringify({
      [worst]: { method: "elicitation/create", params: { message: worst, requestedSchema: schema } },
      url: {
        method: "elicitation/create",
        params: { mode: "url", url: "javascript:evil()", message: worst },
      },
      other: { method: worst, params: {} },
    }),
    arguments: "{}",
    action: "accept",
  });

  expect(seen.status).toBe(422);
  expect(await dangersIn(seen.html)).toEqual([]);
});

describe("a server that says too much", () => {
  test("fills pages with its tools, and none of them with all", async () => {
    tools = Array.from({ length: 5_000 }, (_, n) => ({ name: `tool-${n}`, description: "x".repeat(200) }));

    const first = await asAda.get(`${path}/tools`);
    const last = await asAda.get(`${path}/tools?page=50`);
    const beyond = await asAda.get(`${path}/tools?page=999`);

    expect(first.html).toContain("Page 1 of 50");
    expect(first.html.match(/<li class="catalog-item">/g)).toHaveLength(100);
    expect(last.html).toContain("tool-4999");
    expect(beyond.html).toContain("Page 50 of 50");
    expect(first.html.length).toBeLessThan(200_000);
  });

  test("has its words cut, with a way to more of them", async () => {
    tools = [
      { name: "t".repeat(5_000), description: `${"long ".repeat(200_000)}` },
      { name: "long", description: "l".repeat(1_000_000) },
    ];

    const list = await asAda.get(`${path}/tools`);
    const page = await asAda.get(`${path}/tools/call?name=long`);

    expect(list.html.length).toBeLessThan(30_000);
    expect(list.html).toContain("Show all");
    expect(list.html).toContain(`href="${path}/tools/call?name=long">Read the other 998,000 characters</a>`);
    expect(page.html.length).toBeLessThan(300_000);
    expect(page.html).toContain("No page holds it all. The API gives the other 900,000 characters.");
  });

  test("answers a call with a megabyte, of which the beginning is shown", async () => {
    tools = [{ name: "long", inputSchema: { type: "object" } }];
    answerCall = (message) => result(message, { content: [{ type: "text", text: "y".repeat(1_000_000) }] });

    const seen = await fillIn(asAda, `${path}/tools/call?name=long`);

    expect(seen.html).toContain("Show all 1,000,000 characters");
    expect(seen.html.length).toBeLessThan(1_000_000);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { error, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { textOf } from "#tests/support/markup.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { browse, fillIn, hiddenIn } from "#tests/support/pages.ts";
import { everything } from "#tests/support/peers.ts";
import { makePeople } from "#tests/support/people.ts";
import * as pictures from "#tests/support/pictures.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);
const asBob = browse(app, (await bob.signedIn()).cookie);
const asVic = browse(app, (await vic.signedIn()).cookie);

const picture = Buffer.from(pictures.png()).toString("base64");
const html = Buffer.from("<script>alert(1)</script>").toString("base64");

const fake = startFakeMcpServer({
  "tools/list": (message) =>
    result(message, {
      tools: [
        { name: "fails", inputSchema: { type: "object" } },
        { name: "refuses", inputSchema: { type: "object", properties: { why: { type: "string" } } } },
        { name: "breaks", inputSchema: { type: "object", properties: { why: { type: "string" } } } },
        { name: "shows", inputSchema: { type: "object" } },
        {
          name: "keeps",
          inputSchema: {
            type: "object",
            properties: { why: { type: "string" }, count: { type: "integer" } },
            required: ["why"],
          },
        },
        {
          name: "plans",
          inputSchema: {
            type: "object",
            properties: { day: { type: "string", format: "date" }, loud: { type: "boolean" } },
          },
        },
        { name: "a/b ?&#", inputSchema: { anyOf: [] } },
      ],
    }),
  "tools/call": (message) => {
    switch (message.params?.["name"]) {
      case "fails":
        return result(message, { content: [{ type: "text", text: "No such customer." }], isError: true });
      case "refuses":
        return error(message, -32602, "why is too short");
      case "breaks":
        return new Response("oops", { status: 500 });
      case "shows":
        return result(message, {
          content: [
            { type: "image", data: picture, mimeType: "image/svg+xml" },
            { type: "image", data: html, mimeType: "image/png" },
            { type: "audio", data: Buffer.from("RIFF").toString("base64"), mimeType: "audio/wav" },
            { type: "resource_link", uri: "file:///etc/hosts", name: "Hosts" },
            { type: "resource", resource: { uri: "x://y", mimeType: "text/html", text: "<b>bold</b>" } },
            { type: "unheard-of", x: 1 },
          ],
          structuredContent: { total: 7 },
        });
      default:
        return result(message, { content: [{ type: "text", text: JSON.stringify(message.params) }] });
    }
  },
  "prompts/list": (message) => result(message, { prompts: [] }),
  "resources/list": (message) => result(message, { resources: [{ uri: "page://home", name: "Home" }] }),
  "resources/templates/list": (message) => result(message, { resourceTemplates: [] }),
  "resources/read": (message) =>
    result(message, {
      contents: [{ uri: "page://home", mimeType: "text/html", text: "<h1 onclick=x>Hi</h1>" }],
    }),
});
const modern = startModernMcpServer();
const peer = await everything.http();
afterAll(() => Promise.all([fake.stop(), modern.stop(), peer.stop()]));

type Made = { id: number };
const paths: Record<"everything" | "fake" | "modern", string> = { everything: "", fake: "", modern: "" };

beforeAll(async () => {
  for (const [name, { url }] of Object.entries({ everything: peer, fake, modern })) {
    const { id } = (await ada.post<Made>("mcp-servers", { url, name })).body;
    await ada.post(`mcp-servers/${id}/enable`);
    await ada.post(`mcp-servers/${id}/credentials`);
    paths[name as keyof typeof paths] = `/w/${ada.workspaceId}/servers/${id}`;
  }
});

describe("tools of a real server", () => {
  test("are listed, with what the server claims of them marked as its claim", async () => {
    const seen = await asAda.get(`${paths.everything}/tools`);

    expect(seen.status).toBe(200);
    expect(textOf(seen.html)).toContain("echo Echo Tool the server says: only reads");
    expect(textOf(seen.html)).toContain("Takes message");
  });

  test("are searched by name and description", async () => {
    const seen = await asAda.get(`${paths.everything}/tools?q=SUM`);

    expect(textOf(seen.html)).toContain("get-sum");
    expect(textOf(seen.html)).not.toContain("get-env");
  });

  test("are tried by a form made of their schema", async () => {
    const call = `${paths.everything}/tools/call?name=echo`;

    const form = await asAda.get(call);
    const seen = await fillIn(asAda, call, { "arg/message": "Hello <b>there</b>" });

    expect(form.html).toContain('name="arg/message"');
    expect(seen.status).toBe(200);
    expect(textOf(seen.html)).toContain("Echo: Hello <b>there</b>");
    expect(seen.html).not.toContain("<b>there</b>");
    expect(seen.html).toContain('value="Hello &lt;b>there&lt;/b>"');
  });

  test("are tried with JSON just as well", async () => {
    const call = `${paths.everything}/tools/call?name=get-sum&as=json`;

    const form = await asAda.get(call);
    const seen = await fillIn(asAda, call, { json: '{ "a": 2, "b": 40 }' });
    const odd = await asAda.post(call, { json: "{ odd" });

    expect(form.html).toContain("&quot;a&quot;: 0");
    expect(textOf(seen.html)).toContain("The sum of 2 and 40 is 42.");
    expect(odd.status).toBe(422);
    expect(odd.html).toContain(">{ odd</textarea>");
  });

  test("take whole forms: numbers, choices, yes and no", async () => {
    const seen = await fillIn(asAda, `${paths.everything}/tools/call?name=get-annotated-message`, {
      "arg/messageType": "1",
      "arg/includeImage": "true",
    });

    expect(textOf(seen.html)).toContain("Operation completed successfully");
    expect(seen.html).toContain('<img class="content-image" src="data:image/png;base64,');
  });

  test("say in the field what cannot be sent, and keep what was typed", async () => {
    const seen = await asAda.post(`${paths.everything}/tools/call?name=get-sum`, { "arg/a": "two" });

    expect(seen.status).toBe(422);
    expect(textOf(seen.html)).toContain("Write a number.");
    expect(textOf(seen.html)).toContain("This is needed.");
    expect(seen.html).toContain('value="two"');
  });

  test("say what can be left out, and give a date the field for dates", async () => {
    const { html } = await asAda.get(`${paths.fake}/tools/call?name=plans`);

    expect(html).toMatch(/<bdi>day<\/bdi> <span class="optional">optional<.*?<input type="date"/s);
    expect(html).toMatch(/<bdi>loud<\/bdi> <span class="optional">optional<.*?<select/s);
  });

  test("that take nothing say so, and nothing else of it", async () => {
    const { html } = await asAda.get(`${paths.fake}/tools/call?name=fails`);

    expect(textOf(html)).toContain("What it takes It takes nothing.");
    expect(textOf(html)).not.toContain("It says nothing of what is in it.");
  });

  test("that the server does not list are not there", async () => {
    expect((await asAda.get(`${paths.everything}/tools/call?name=nothing`)).status).toBe(404);
    expect((await asAda.post(`${paths.everything}/tools/call?name=nothing`)).status).toBe(404);
  });
});

describe("a tool's form and its JSON", () => {
  const path = () => `${paths.fake}/tools/call?name=keeps`;
  const calls = () => fake.seen.filter((method) => method === "tools/call").length;
  const jsonIn = (html: string) =>
    /<textarea[^>]+name="json"[^>]*>([^<]*)</.exec(html)?.[1]?.replaceAll("&quot;", '"') ?? "";

  test("are two ways to write the same: what was typed moves over, and nothing is called", async () => {
    const before = calls();

    const json = await asAda.post(path(), { "arg/why": '  be"cause ', "arg/count": "2", show: "json" });
    const back = await asAda.post(`${path()}&as=json`, { json: jsonIn(json.html), show: "form" });

    expect(json.status).toBe(200);
    expect(JSON.parse(jsonIn(json.html))).toEqual({ why: '  be"cause ', count: 2 });
    expect(json.html).toContain('as=json" class="try-form"');
    expect(back.status).toBe(200);
    expect(back.html).toContain('value="  be&quot;cause "');
    expect(back.html).toContain('value="2"');
    expect(calls()).toBe(before);
  });

  test("are switched before all that is needed is there", async () => {
    const json = await asAda.post(path(), { "arg/count": "2", show: "json" });
    const form = await asAda.post(`${path()}&as=json`, { json: " ", show: "form" });

    expect(JSON.parse(jsonIn(json.html))).toEqual({ why: "", count: 2 });
    expect(form.status).toBe(200);
    expect(form.html).toContain('name="arg/why"');
  });

  test("stay a form where a field cannot be read", async () => {
    const seen = await asAda.post(path(), { "arg/count": "two", show: "json" });

    expect(seen.status).toBe(422);
    expect(textOf(seen.html)).toContain("Write a number.");
    expect(seen.html).toContain('value="two"');
  });

  test("stay JSON where the form has no field for it, or nobody can read it", async () => {
    const json = '{"why": "x", "tags": [1], "count": 1.5}';

    const unfit = await asAda.post(`${path()}&as=json`, { json, show: "form" });
    const odd = await asAda.post(`${path()}&as=json`, { json: "{ odd", show: "form" });

    expect([unfit.status, odd.status]).toEqual([422, 422]);
    expect(textOf(unfit.html)).toContain("The form has no way to say “tags”, “count” as it is written here.");
    expect(jsonIn(unfit.html)).toBe(json);
    expect(textOf(odd.html)).toContain("This is not valid JSON.");
    expect(jsonIn(odd.html)).toBe("{ odd");
    for (const { html, headers } of [unfit, odd])
      expect(html).toContain(`<code>${headers.get("x-request-id")}</code>`);
  });

  test("tell which of the two is shown, and Enter runs", async () => {
    const seen = await asAda.get(`${path()}&as=json`);

    expect(seen.html).toMatch(/value="form"[^>]* aria-pressed="false"/);
    expect(seen.html).toMatch(/value="json"[^>]* aria-pressed="true"/);
    const [, first = ""] = /<form[^>]+class="try-form".*?(<button[^>]*>)/s.exec(seen.html) ?? [];
    expect(first).not.toContain("name=");
  });

  test("are not for a viewer", async () => {
    expect((await asVic.post(path(), { show: "json" })).status).toBe(403);
  });
});

describe("a call that goes wrong", () => {
  test("in the tool is told as the tool's own word", async () => {
    const seen = await fillIn(asAda, `${paths.fake}/tools/call?name=fails`);

    expect(seen.status).toBe(200);
    expect(textOf(seen.html)).toContain("The tool says it failed");
    expect(textOf(seen.html)).toContain("No such customer.");
  });

  test("because of the arguments keeps them", async () => {
    const seen = await fillIn(asAda, `${paths.fake}/tools/call?name=refuses`, { "arg/why": "x" });

    expect(seen.status).toBe(422);
    expect(textOf(seen.html)).toContain("fake says: why is too short");
    expect(seen.html).toContain('value="x"');
  });

  test("on the way keeps them too, and offers to try again", async () => {
    const seen = await fillIn(asAda, `${paths.fake}/tools/call?name=breaks`, { "arg/why": "because" });

    expect(seen.status).toBe(502);
    expect(seen.html).toContain('value="because"');
    expect(textOf(seen.html)).toContain("Try again");
    expect(seen.html).toContain(seen.headers.get("x-request-id") ?? "no id");
  });

  test("is nothing for a viewer to try", async () => {
    const call = `${paths.fake}/tools/call?name=fails`;

    expect((await asVic.post(call)).status).toBe(403);
  });
});

test("what comes back is shown by what it is, and nothing of it runs", async () => {
  const seen = await fillIn(asAda, `${paths.fake}/tools/call?name=shows`);

  // The bytes decide: the first says SVG and is a PNG, the second says PNG and is a page.
  expect(seen.html.match(/<img class="content-image" src="data:image\/png;base64,/g)).toHaveLength(1);
  expect(seen.html).not.toContain("data:image/svg");
  expect(seen.html).toContain(`href="data:application/octet-stream;base64,${html}" download=`);
  expect(textOf(seen.html)).toContain("audio/wav, 4 bytes");
  expect(seen.html).toContain(`href="${paths.fake}/resources/read?uri=file%3A%2F%2F%2Fetc%2Fhosts"`);
  expect(seen.html).toContain("&lt;b>bold&lt;/b>");
  expect(textOf(seen.html)).toContain('"type": "unheard-of"');
  expect(textOf(seen.html)).toContain('Structured { "total": 7 }');
});

test("a tool of any name can be tried, and one without a form with JSON", async () => {
  const list = await asAda.get(`${paths.fake}/tools`);
  const [, href = ""] = /href="([^"]+name=a%2Fb[^"]+)"/.exec(list.html) ?? [];

  const seen = await fillIn(asAda, href.replaceAll("&amp;", "&"), { json: '{"x": 1}' });

  expect(textOf(seen.html)).toContain('"name": "a/b ?&#"');
});

describe("prompts of a real server", () => {
  test("are filled in and shown as messages", async () => {
    const page = `${paths.everything}/prompts/get?name=args-prompt`;

    const list = await asAda.get(`${paths.everything}/prompts`);
    const missing = await asAda.post(page, { "arg/state": "Bern" });
    const seen = await asAda.post(page, { "arg/city": "Bern", "arg/state": "" });

    expect(textOf(list.html)).toContain("args-prompt");
    expect(missing.status).toBe(422);
    expect(missing.html).toContain('value="Bern"');
    expect(textOf(seen.html)).toContain("What's weather in Bern?");
  });

  test("of a server that offers none are said not to be", async () => {
    const seen = await asAda.get(`${paths.fake}/prompts`);

    expect(textOf(seen.html)).toContain("No prompts");
  });
});

describe("resources of a real server", () => {
  test("are listed with their templates, and read", async () => {
    const list = await asAda.get(`${paths.everything}/resources`);
    const [, href = ""] = /href="([^"]+\/resources\/read\?uri=[^"]+)"/.exec(list.html) ?? [];
    const seen = await asAda.get(href);

    expect(textOf(list.html)).toContain("demo://resource/dynamic/text/{resourceId}");
    expect(seen.status).toBe(200);
    expect(textOf(seen.html)).toContain("text/markdown");
  });

  test("behind a template are filled in by its variables", async () => {
    const template = "demo://resource/dynamic/text/{resourceId}";
    const query = new URLSearchParams({ template, "var/resourceId": "7" });

    const led = await asAda.get(`${paths.everything}/resources/read?${query}`);
    const seen = await asAda.get(led.location ?? "");

    expect(led.status).toBe(303);
    expect(textOf(seen.html)).toContain("demo://resource/dynamic/text/7");
    expect(textOf(seen.html)).toContain("Resource 7");
  });

  test("that are pages are shown as their source", async () => {
    const seen = await asAda.get(`${paths.fake}/resources/read?uri=page://home`);

    expect(seen.html).toContain("&lt;h1 onclick=x>Hi&lt;/h1>");
    expect(textOf(seen.html)).toContain("text/html");
  });

  test("that have no address are nothing to ask for", async () => {
    expect((await asAda.get(`${paths.fake}/resources/read`)).status).toBe(400);
  });
});

describe("a tool that asks back", () => {
  const call = () => `${paths.modern}/tools/call?name=deploy`;

  test("is answered by a form, and goes on with the call that was begun", async () => {
    const asked = await fillIn(asAda, call(), { "arg/target": "prod" });
    const seen = await asAda.post(call(), {
      ...hiddenIn(asked.html),
      "answer-0/sure": "true",
      action: "accept",
    });

    expect(textOf(asked.html)).toContain("Deploy to production?");
    // In quotes: a browser would send a bare line break in it as two characters.
    expect(hiddenIn(asked.html)["requestState"]).toBe('"step-1"');
    expect(textOf(seen.html)).toContain('"action": "accept", "content": { "sure": true }');
    expect(textOf(seen.html)).toContain('"state": "step-1"');
    expect(modern.seen.at(-1)?.body.params["arguments"]).toEqual({ target: "prod" });
  });

  test("can be declined without filling anything in", async () => {
    const asked = await fillIn(asAda, call(), { "arg/target": "prod" });
    const seen = await asAda.post(call(), { ...hiddenIn(asked.html), action: "decline" });

    expect(textOf(seen.html)).toContain('"action": "decline"');
  });
});

describe("a prompt that asks back", () => {
  const page = () => `${paths.modern}/prompts/get?name=letter`;

  test("is answered by a form, and filled in with what was typed before", async () => {
    const asked = await asAda.post(page(), { "arg/to": "Bob", "arg/about": "" });
    const seen = await asAda.post(page(), {
      ...hiddenIn(asked.html),
      "answer-0/tone": "1",
      action: "accept",
    });

    expect(textOf(asked.html)).toContain("The prompt asks you something In which tone?");
    expect(asked.html).not.toContain('name="arg/to"');
    expect(textOf(seen.html)).toContain('"action": "accept", "content": { "tone": "warm" }');
    expect(textOf(seen.html)).toContain('"state": "tone-1"');
    expect(seen.html).toContain('value="Bob"');
    expect(modern.seen.at(-1)?.body.params["arguments"]).toEqual({ to: "Bob" });
  });

  test("says what it cannot read, and asks again", async () => {
    const asked = await asAda.post(page(), { "arg/to": "Bob" });
    const seen = await asAda.post(page(), {
      ...hiddenIn(asked.html),
      "answer-0/tone": "7",
      action: "accept",
    });

    expect(seen.status).toBe(422);
    expect(textOf(seen.html)).toContain("Choose one of the list.");
    expect(hiddenIn(seen.html)).toEqual(hiddenIn(asked.html));
  });
});

test("a resource that asks back is answered by a form, and then shown", async () => {
  const page = `${paths.modern}/resources/read?uri=letters%3A%2F%2Fdraft`;

  const asked = await asAda.get(page);
  const seen = await asAda.post(page, {
    ...hiddenIn(asked.html),
    "answer-0/language": "fr",
    action: "accept",
  });
  const declined = await asAda.post(page, { ...hiddenIn(asked.html), action: "decline" });

  expect(textOf(asked.html)).toContain("The resource asks you something In which language?");
  expect(asked.html).toContain(`action="${page}"`);
  expect(textOf(seen.html)).toContain('"content":{"language":"fr"}');
  expect(textOf(declined.html)).toContain('"action":"decline"');
});

describe("whoever is not connected", () => {
  test("is told so, with the button that connects and comes back", async () => {
    const seen = await asBob.get(`${paths.everything}/tools`);

    expect(seen.status).toBe(403);
    expect(textOf(seen.html)).toContain("answers you once you are connected");
    expect(seen.html).toContain(`action="${paths.everything}/connect"`);
    expect(seen.html).toContain(`name="return_to" value="${paths.everything}/tools"`);
  });

  test("and may not connect is told that", async () => {
    const seen = await asVic.get(`${paths.everything}/resources`);

    expect(textOf(seen.html)).toContain("viewers connect to nothing");
    expect(seen.html).not.toContain(`${paths.everything}/connect`);
  });
});

test("a server that was switched off offers to be switched on", async () => {
  await ada.post(paths.fake.replace(`/w/${ada.workspaceId}/servers`, "mcp-servers") + "/disable");

  const seen = await asAda.get(`${paths.fake}/tools`);
  await asAda.post(`${paths.fake}/enable`);

  expect(seen.status).toBe(409);
  expect(textOf(seen.html)).toContain("is disabled. Nobody’s calls reach it.");
  expect(seen.html).toContain(`action="${paths.fake}/enable"`);
  expect((await asAda.get(`${paths.fake}/tools`)).status).toBe(200);
});

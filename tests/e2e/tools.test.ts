import { afterAll, beforeAll, beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import {
  barriers,
  type FormName,
  forms,
  listeningApp,
  openBrowser,
  overflows,
  picture,
  story,
} from "#tests/support/browser.ts";
import { result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

const visit = openBrowser();
const app = await listeningApp();
const { ada } = await makePeople(app);

let calls: Record<string, unknown>[] = [];
let gate = Promise.withResolvers<void>();
const server = startFakeMcpServer({
  "tools/list": (message) =>
    result(message, {
      tools: [
        {
          name: "send",
          description: "Sends a note to whoever you say.",
          inputSchema: {
            type: "object",
            properties: {
              recipient: { type: "string" },
              body: { type: "string", description: "What it says." },
              copies: { type: "integer", default: 1 },
              urgent: { type: "boolean" },
              tags: { type: "array", items: { enum: ["work", "home", "later"] } },
              place: { type: "object", properties: { city: { type: "string" } } },
            },
            required: ["recipient"],
          },
        },
      ],
    }),
  "tools/call": async (message) => {
    calls.push(message.params?.["arguments"] as Record<string, unknown>);
    await gate.promise;
    return result(message, { content: [{ type: "text", text: `Sent, as number ${calls.length}.` }] });
  },
});
const modern = startModernMcpServer();
afterAll(() => Promise.all([server.stop(), modern.stop()]));

let list = "";
let modernList = "";
beforeAll(async () => {
  const paths = [server.url, modern.url].map(async (url) => {
    const { id } = await addReadyServer(ada, url);
    await ada.post(`mcp-servers/${id}/credentials`);
    return `/w/${ada.workspaceId}/servers/${id}`;
  });
  [list = "", modernList = ""] = await Promise.all(paths);
});
beforeEach(() => {
  calls = [];
  gate = Promise.withResolvers();
});

const both = [
  ["with", true],
  ["without", false],
] as const;

async function open(path: string, look: Parameters<typeof visit>[1]): Promise<Page> {
  const { page, go, signIn } = await visit(app, look);
  await signIn((await ada.signedIn()).cookie);
  await go(path);
  return page;
}

const sendPath = () => `${list}/tools/call?name=send`;
const shape = (page: Page, name: "Form" | "JSON") => page.getByRole("button", { name, exact: true });
const note = "\n  First line\nsecond line";

story.each(both)("what was typed moves between a form and its JSON, %s script", async (_, hasScript) => {
  const page = await open(sendPath(), { hasScript });
  gate.resolve();

  await page.getByLabel("recipient").fill("Bob");
  await page.getByLabel("body").fill(note);
  await page.getByLabel("urgent").selectOption("Yes");
  await page.getByLabel("later").check();
  await page.getByLabel("city").fill("Bern");
  await shape(page, "JSON").click();
  const json = page.getByLabel("Arguments, as JSON");
  await json.waitFor();
  const sent = JSON.parse(await json.inputValue());
  expect(sent).toEqual({
    recipient: "Bob",
    body: note,
    copies: 1,
    urgent: true,
    tags: ["later"],
    place: { city: "Bern" },
  });
  expect(await shape(page, "JSON").getAttribute("aria-pressed")).toBe("true");
  if (hasScript)
    expect(await shape(page, "JSON").evaluate((one) => one === document.activeElement)).toBeTrue();

  await json.fill(JSON.stringify({ ...sent, recipient: "Eve", more: 1 }));
  await shape(page, "Form").click();
  await page.getByText("The form has no way to say “more” as it is written here.").waitFor();
  await json.fill(JSON.stringify({ ...sent, recipient: "Eve" }));
  await shape(page, "Form").click();
  await page.getByLabel("recipient").waitFor();
  expect(await page.getByLabel("recipient").inputValue()).toBe("Eve");
  expect(await page.getByLabel("body").inputValue()).toBe(note);
  expect(await page.getByLabel("later").isChecked()).toBeTrue();
  expect(calls).toEqual([]);

  await page.getByLabel("recipient").press("Enter");
  await page.getByText("Sent, as number 1.", { exact: true }).waitFor();
  expect(calls).toEqual([{ ...sent, recipient: "Eve" }]);
});

story.each(both)("a double click on Run calls a tool once, %s script", async (_, hasScript) => {
  const page = await open(sendPath(), { hasScript });
  await page.getByLabel("recipient").fill("Bob");

  const run = page.getByRole("button", { name: "Run" });
  await run.dblclick({ noWaitAfter: true });
  gate.resolve();
  await page.getByText("Sent, as number 1.", { exact: true }).waitFor();
  expect(calls).toHaveLength(1);

  if (!hasScript) {
    await page.reload();
    await page.getByText("This form was sent more than once.").waitFor();
    expect(calls).toHaveLength(1);
  }
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText("Sent, as number 2.", { exact: true }).waitFor();
  expect(calls).toHaveLength(2);
});

story.each(both)("a prompt and a resource ask back and are answered, %s script", async (_, hasScript) => {
  const page = await open(`${modernList}/prompts/get?name=letter`, { hasScript });

  await page.getByLabel("to").fill("Bob");
  await page.getByRole("button", { name: "Get prompt" }).click();
  await page.getByRole("heading", { name: "The prompt asks you something" }).waitFor();
  await page.getByLabel("tone").selectOption("warm");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByRole("heading", { name: "Messages" }).waitFor();
  await page.getByText('"tone": "warm"').waitFor();

  await page.getByRole("link", { name: "Resources" }).click();
  await page.getByRole("link", { name: "Draft", exact: true }).click();
  await page.getByRole("heading", { name: "The resource asks you something" }).waitFor();
  await page.getByRole("button", { name: "Decline" }).click();
  await page.getByText('"action":"decline"').waitFor();
});

const looks = Object.entries(forms) as [FormName, (typeof forms)[FormName]][];

story.each(looks)("what a form is answered with has no barrier, %s", async (form, look) => {
  const page = await open(sendPath(), look);
  gate.resolve();
  const json = page.getByLabel("Arguments, as JSON");
  const ticket = page.locator('input[name="ticket"]');
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const write = async (text: string) => {
    await page.goto(`${sendPath()}&as=json`);
    await json.fill(text);
  };
  const sent = '{ "recipient": "Bob", "more": 1 }';
  let first = "";
  /** As after a step back to a form that the browser kept. */
  const sendAgain = async (text: string) => {
    await write(text);
    await ticket.evaluate((one: HTMLInputElement, value) => (one.value = value), first);
    await press("Run");
  };

  /** By the name of its picture: how it comes about, and what tells that it is there. */
  const states: Record<string, { come(): Promise<void>; seen: string; byScript?: true }> = {
    "tool-form": { come: () => page.getByLabel("recipient").fill("Bob"), seen: "Sends a note" },
    "tool-json": { come: () => press("JSON"), seen: "Arguments, as JSON" },
    "tool-json-unfit": {
      come: async () => {
        await write(sent);
        await press("Form");
      },
      seen: "The form has no way to say “more”",
    },
    "tool-result": {
      come: async () => {
        await write(sent);
        first = await ticket.inputValue();
        await press("Run");
      },
      seen: "Sent, as number 1.",
    },
    "tool-repeat": {
      come: () => sendAgain(sent),
      seen: "This form was sent more than once.",
      byScript: true,
    },
    "tool-spent": {
      come: () => sendAgain('{ "recipient": "Eve" }'),
      seen: "This form was sent already, so",
      byScript: true,
    },
    "tool-question": {
      come: async () => {
        await page.goto(`${modernList}/tools/call?name=deploy`);
        await press("Run");
      },
      seen: "The tool asks you something",
    },
    "prompt-question": {
      come: async () => {
        await page.goto(`${modernList}/prompts/get?name=letter`);
        await page.getByLabel("to").fill("Bob");
        await press("Get prompt");
      },
      seen: "The prompt asks you something",
    },
    "resource-question": {
      come: async () => {
        await page.goto(`${modernList}/resources/read?uri=${encodeURIComponent("letters://draft")}`);
      },
      seen: "The resource asks you something",
    },
  };

  const found: Record<string, unknown> = {};
  for (const [name, { come, seen, byScript }] of Object.entries(states)) {
    // With scripts off, nothing can be put into the page, nor asked of it.
    if (byScript && form === "scriptless") continue;
    await page.goto(sendPath());
    await come();
    await page.getByText(seen).first().waitFor();
    await picture(page, `${name}-${form}`);
    if (form === "scriptless") continue;
    const wrong = await barriers(page, form === "dark" ? ["color-contrast"] : []);
    if (await overflows(page)) wrong.push("scrolls sideways");
    if (wrong.length > 0) found[name] = wrong;
  }

  expect(found).toEqual({});
  expect(calls).toHaveLength(1);
});

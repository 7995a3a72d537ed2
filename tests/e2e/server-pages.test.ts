import { afterAll, beforeAll, expect } from "bun:test";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import {
  barriers,
  type FormName,
  forms,
  listeningApp,
  openBrowser,
  misdrawn,
  picture,
  story,
  unreadableOnPaper,
} from "#tests/support/browser.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { everything } from "#tests/support/peers.ts";
import { makePeople } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const visit = openBrowser();
const app = await listeningApp();
const { ada, bob, eve } = await makePeople(app);
const peer = await everything.http();
const byHand = await startAuthorizationServer({ registration: false });
const guarded = startProtectedMcpServer(byHand);
const signIn = await startAuthorizationServer();
const asking = startProtectedMcpServer(signIn);
const dying = startFakeMcpServer();
const moving = startFakeMcpServer();
afterAll(async () => {
  await Promise.all([peer.stop(), guarded.stop(), asking.stop(), moving.stop()]);
  await Promise.all([byHand.stop(), signIn.stop()]);
});

type Made = { id: number };
const add = async (fields: Record<string, unknown>) => (await ada.post<Made>("mcp-servers", fields)).body.id;
const list = `/w/${ada.workspaceId}/servers`;

/** By the name of its picture: where it is. */
const pages: Record<string, string> = {
  servers: list,
  "servers-filtered": `${list}?status=mine&sort=newest`,
  "servers-nothing-fits": `${list}?q=nobody`,
  "server-new": `${list}/new`,
  "server-import": `${list}/import`,
  "server-directory": `${list}/directory`,
};

beforeAll(async () => {
  const open = await add({ url: peer.url, name: "Everything" });
  await ada.post(`mcp-servers/${open}/enable`);
  for (const person of [ada, bob]) await person.post(`mcp-servers/${open}/credentials`);
  for (let n = 0; n < 8; n += 1) await ada.post(`mcp-servers/${open}/test`);
  await ada.get(`mcp-servers/${open}/tools`);

  const failing = await add({ url: dying.url, name: "Documents of the whole company, in one place" });
  await ada.post(`mcp-servers/${failing}/enable`);
  await ada.post(`mcp-servers/${failing}/credentials`);
  await dying.stop();
  await ada.post(`mcp-servers/${failing}/test`);

  const keyed = await add({
    url: "http://127.0.0.1:59998/mcp",
    name: "Search",
    discover: false,
    authType: "api_key",
  });
  const manual = await add({ url: guarded.url, name: "By hand" });
  const unasked = await add({ url: asking.url, name: "خادم الوثائق الداخلية" });
  await ada.post(`mcp-servers/${unasked}/enable`);
  const long = await add({
    url: `https://${"sub".repeat(18)}.example.com/${"path".repeat(40)}`,
    name: "N".repeat(80),
    discover: false,
  });
  const gone = await add({ url: moving.url, name: "Short-lived" });
  await ada.post(`mcp-servers/${gone}/enable`);
  await ada.post(`mcp-servers/${gone}/credentials`);
  await ada.delete(`mcp-servers/${gone}`);

  const of = (id: number, names: Record<string, string>) =>
    Object.entries(names).forEach(([name, path]) => (pages[name] = `${list}/${id}${path}`));
  of(open, {
    "server-overview": "",
    "server-tools": "/tools",
    "server-tool": "/tools/call?name=get-annotated-message",
    "server-tool-json": "/tools/call?name=get-sum&as=json",
    "server-prompts": "/prompts",
    "server-prompt": "/prompts/get?name=args-prompt",
    "server-resources": "/resources",
    "server-resource": `/resources/read?uri=${encodeURIComponent("demo://resource/dynamic/text/1")}`,
    "server-members": "/members",
    "server-activity": "/activity",
  });
  of(failing, { "server-failing": "", "server-trouble": "/tools" });
  of(keyed, { "server-key": "", "server-settings-key": "/settings" });
  of(manual, { "server-client": "", "server-settings-oauth": "/settings" });
  of(unasked, { "server-sign-in": "", "server-sign-in-tools": "/tools" });
  of(long, { "server-long": "", "server-long-settings": "/settings" });
  of(gone, { "server-deleted": "/deleted" });
});

const looks = Object.entries(forms) as [FormName, (typeof forms)[FormName]][];

story.each(looks)("no page of a server has a barrier, or scrolls sideways, %s", async (form, look) => {
  const { page, go, signIn } = await visit(app, look);
  await signIn((await ada.signedIn()).cookie);
  const found: Record<string, unknown> = {};

  for (const [name, path] of Object.entries(pages)) {
    await go(path);
    await picture(page, `${name}-${form}`);
    // With scripts off, nothing can be asked of the page itself; it is the same page.
    if (form === "scriptless") continue;
    // Another palette changes nothing but the contrast.
    const wrong = await barriers(page, form === "dark" ? ["color-contrast"] : []);
    wrong.push(...(await misdrawn(page, form)));
    if (form === "dark") wrong.push(...(await unreadableOnPaper(page, name)));
    if (wrong.length > 0) found[name] = wrong;
  }

  expect(found).toEqual({});
});

story("a workspace without servers has one thing to do", async () => {
  const { page, go, signIn } = await visit(app);
  await signIn((await eve.signedIn()).cookie);

  await go(`/w/${eve.workspaceId}/servers`);

  await picture(page, "servers-none-wide");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Add the first server" }).click();
  await page.getByLabel("URL", { exact: true }).waitFor();
});

import { afterAll, expect } from "bun:test";
import {
  barriers,
  type FormName,
  forms,
  listeningApp,
  overflows,
  openBrowser,
  picture,
  story,
} from "#tests/support/browser.ts";
import { everything } from "#tests/support/peers.ts";
import { makePeople } from "#tests/support/people.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";

const visit = openBrowser();
const app = await listeningApp();
const { ada, bob } = await makePeople(app);
const session = await ada.signedIn();
const peer = await everything.http();
const failing = startFakeMcpServer();
afterAll(() => peer.stop());

type Made = { body: { id: number } };
const everythingServer = (await ada.post("mcp-servers", { url: peer.url, name: "Everything" })) as Made;
const id = everythingServer.body.id;
await ada.post(`mcp-servers/${id}/enable`);
await ada.post(`mcp-servers/${id}/credentials`);
await bob.post(`mcp-servers/${id}/credentials`);
for (let n = 0; n < 12; n += 1) await ada.post(`mcp-servers/${id}/test`);
await ada.get(`mcp-servers/${id}/tools`);
const bad = ((await ada.post("mcp-servers", { url: failing.url, name: "Docs" })) as Made).body.id;
await ada.post(`mcp-servers/${bad}/enable`);
await ada.post(`mcp-servers/${bad}/credentials`);
await failing.stop();
await ada.post(`mcp-servers/${bad}/test`);
const open = (
  (await ada.post("mcp-servers", { url: "http://127.0.0.1:59999/mcp", name: "Unreachable" })) as Made
).body.id;
const key = (
  (await ada.post("mcp-servers", {
    url: "http://127.0.0.1:59998/mcp",
    name: "Search",
    discover: false,
    authType: "api_key",
  })) as Made
).body.id;

const pages: Record<string, string> = {
  servers: "servers",
  "server-new": "servers/new",
  "server-directory": "servers/directory",
  "server-import": "servers/import",
  "server-overview": `servers/${id}`,
  "server-failing": `servers/${bad}`,
  "server-unreachable": `servers/${open}`,
  "server-key": `servers/${key}`,
  "server-tools": `servers/${id}/tools`,
  "server-tool": `servers/${id}/tools/call?name=get-annotated-message`,
  "server-tool-json": `servers/${id}/tools/call?name=get-sum&as=json`,
  "server-prompts": `servers/${id}/prompts`,
  "server-prompt": `servers/${id}/prompts/get?name=args-prompt`,
  "server-resources": `servers/${id}/resources`,
  "server-resource": `servers/${id}/resources/read?uri=${encodeURIComponent("demo://resource/dynamic/text/1")}`,
  "server-trouble": `servers/${bad}/tools`,
  "server-members": `servers/${id}/members`,
  "server-activity": `servers/${id}/activity`,
  "server-settings": `servers/${key}/settings`,
};
const only = process.env["ONLY"];
const onlyForm = process.env["FORM"];

for (const [form, look] of Object.entries(forms) as [FormName, (typeof forms)[FormName]][]) {
  if (onlyForm && form !== onlyForm) continue;
  story.each(Object.entries(pages).filter(([name]) => !only || name.startsWith(only)))(
    `%s has no barrier, ${form}`,
    async (name, path) => {
      const visitor = await visit(app, look);
      await visitor.signIn(session.cookie);

      await visitor.go(`/w/${ada.workspaceId}/${path}`);

      await picture(visitor.page, `${name}-${form}`);
      if (form === "scriptless") return;
      expect(await overflows(visitor.page)).toBeFalse();
      expect(await barriers(visitor.page)).toEqual([]);
    },
  );
}

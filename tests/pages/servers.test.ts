import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { wordsIn } from "#tests/support/markup.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic, eve } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);
const asBob = browse(app, (await bob.signedIn()).cookie);
const asVic = browse(app, (await vic.signedIn()).cookie);
const path = `/w/${ada.workspaceId}/servers`;

const good = startFakeMcpServer({
  "tools/list": (message) => result(message, { tools: [{ name: "one" }, { name: "two" }] }),
});
const dying = startFakeMcpServer();
afterAll(() => good.stop());

type Made = { id: number };
const add = async (fields: Record<string, unknown>) => (await ada.post<Made>("mcp-servers", fields)).body.id;

/** The list's row of a server, as text without its tags. */
function rowOf(html: string, id: number): string {
  const [, row = ""] = new RegExp(`<tr[^>]* id="server-${id}"[^>]*>(.*?)</tr>`, "s").exec(html) ?? [];
  return wordsIn(row);
}

const countsIn = (html: string): string =>
  (/<nav id="server-counts".*?<\/nav>/s.exec(html)?.[0] ?? "").replaceAll(/<[^>]+>/g, "");

let ready: number;
let failing: number;
let keyed: number;
let disabled: number;

beforeAll(async () => {
  ready = await add({ url: good.url, name: "Ready one" });
  await ada.post(`mcp-servers/${ready}/enable`);
  await ada.post(`mcp-servers/${ready}/credentials`);
  failing = await add({ url: dying.url, name: "Failing one" });
  await ada.post(`mcp-servers/${failing}/enable`);
  await dying.stop();
  await ada.post(`mcp-servers/${failing}/test`);
  keyed = await add({
    url: "https://keyed.example.com/mcp",
    name: "Keyed one",
    discover: false,
    authType: "api_key",
  });
  disabled = await add({ url: `${good.url}?other`, name: "Disabled one" });
  await ada.post(`mcp-servers/${disabled}/enable`);
  await ada.post(`mcp-servers/${disabled}/disable`);
});

describe("a row tells two things apart", () => {
  test("a server that works, and a connection to it", async () => {
    const { html } = await asAda.get(path);

    expect(rowOf(html, ready)).toMatch(/^Ready one 127\.0\.0\.1:\d+ Ready Connected/);
  });

  test("a server that works, and nobody's connection", async () => {
    const { html } = await asBob.get(path);

    expect(rowOf(html, ready)).toMatch(/Ready Not connected .* 1 connected Ada .* Connect$/);
  });

  test("a server that fails, with where and since when", async () => {
    const { html } = await asAda.get(path);

    expect(rowOf(html, failing)).toMatch(/Failing since \d\d:\d\d UTC, at connect .* Failed/);
  });

  test("a server that waits for its set-up, or is switched off", async () => {
    const { html } = await asAda.get(path);

    expect(rowOf(html, keyed)).toMatch(/Needs set-up Not connected/);
    expect(rowOf(html, disabled)).toMatch(/Disabled Not connected/);
  });

  test("tools are counted once somebody has seen theirs, and for nobody else", async () => {
    await asAda.get(`${path}/${ready}/tools`);

    const [adas, bobs] = [await asAda.get(path), await asBob.get(path)];

    expect(rowOf(adas.html, ready)).toContain("Connected 2 1");
    expect(rowOf(bobs.html, ready)).toContain("Not connected – not known 1 connected Ada");
  });
});

describe("the list is narrowed by", () => {
  test("what is looked for, in name and address", async () => {
    const { html } = await asAda.get(`${path}?q=keyed.example`);

    expect(rowOf(html, keyed)).not.toBe("");
    expect(rowOf(html, ready)).toBe("");
    expect(countsIn(html)).toBe("All 1Needs set-up 1Need me 1");
  });

  test("how the servers do, each with its count", async () => {
    const { html } = await asAda.get(`${path}?status=failing`);

    expect(countsIn(html)).toBe("All 4Ready 1Failing 1Needs set-up 1Disabled 1Need me 2");
    expect(rowOf(html, failing)).not.toBe("");
    expect(rowOf(html, ready)).toBe("");
  });

  test("what they want of whoever looks", async () => {
    const { html } = await asBob.get(`${path}?status=mine`);

    expect(rowOf(html, ready)).not.toBe("");
    expect(rowOf(html, disabled)).toBe("");
  });

  test("nothing that is no filter of it", async () => {
    const seen = await asAda.get(`${path}?status=nonsense&sort=%27;drop&q=${"x".repeat(500)}`);

    expect(seen.status).toBe(200);
  });

  test("words that nobody has, which is said with a way back", async () => {
    const { html } = await asAda.get(`${path}?q=nobody-has-this`);

    expect(html).toContain("Nothing fits");
    expect(html).toContain(`<a href="${path}">Show all servers</a>`);
  });
});

test("the banner names what wants something of whoever looks, the most urgent first", async () => {
  const { html } = await asBob.get(path);

  const [, banner = ""] = /<div id="server-needs">(.*?)<\/div><nav/s.exec(html) ?? [];
  expect(banner.replaceAll(/<svg.*?<\/svg>|<[^>]+>/gs, "")).toBe(
    "3 servers need you: Failing one (connect), Keyed one (connect), Ready one (connect)",
  );
});

test("a viewer sees how servers do, and is asked for nothing", async () => {
  const { html } = await asVic.get(path);

  expect(rowOf(html, ready)).toMatch(/Ready Not connected/);
  expect(html).not.toContain("need you");
  expect(html).not.toContain(">Connect<");
  expect(html).not.toContain("Add server");
});

test("another order stands in the URL and in the form", async () => {
  const { html } = await asAda.get(`${path}?sort=newest`);

  expect(html.indexOf(`id="server-${disabled}"`)).toBeLessThan(html.indexOf(`id="server-${ready}"`));
  expect(html).toContain('<option value="newest" selected');
});

test("a workspace without servers has one thing to do", async () => {
  const asEve = browse(app, (await eve.signedIn()).cookie);

  const { html } = await asEve.get(`/w/${eve.workspaceId}/servers`);

  expect(html).toContain("No servers yet");
  expect(html.match(/href="[^"]+\/servers\/new"/g)).toHaveLength(1);
});

test("a restricted server is not there for others", async () => {
  await ada.put(`mcp-servers/${keyed}/access`, { access: "restricted", memberIds: [] });

  const [adas, bobs] = [await asAda.get(path), await asBob.get(path)];
  await ada.put(`mcp-servers/${keyed}/access`, { access: "everyone" });

  expect(rowOf(adas.html, keyed)).not.toBe("");
  expect(rowOf(bobs.html, keyed)).toBe("");
  expect(countsIn(bobs.html)).toStartWith("All 3");
});

describe("two hundred servers and more", () => {
  const crowd = `/w/${eve.workspaceId}/servers`;
  let asEve: typeof asAda;

  beforeAll(async () => {
    asEve = browse(app, (await eve.signedIn()).cookie);
    for (let n = 0; n < 203; n += 1)
      await eve.post("mcp-servers", {
        url: `https://server-${n}.example.com/mcp`,
        name: `Server ${String(n).padStart(3, "0")}`,
        discover: false,
      });
  });

  test("come two hundred at a time, none twice and none left out", async () => {
    const first = await asEve.get(crowd);
    const [, next = ""] = /<a class="button" href="([^"]+)" rel="next">/.exec(first.html) ?? [];
    const second = await asEve.get(next.replaceAll("&amp;", "&"));

    const idsIn = (html: string) => [...html.matchAll(/<tr[^>]* id="server-(\d+)"/g)].map(([, id]) => id);
    const ids = [...idsIn(first.html), ...idsIn(second.html)];
    expect(idsIn(first.html)).toHaveLength(200);
    expect(new Set(ids).size).toBe(203);
    expect(second.html).toContain("First page");
  });

  test("weigh less than 60 KB on the way", async () => {
    const { html } = await asEve.get(crowd);

    expect(Bun.gzipSync(new TextEncoder().encode(html)).byteLength).toBeLessThan(60_000);
  });

  test("have icons whose size is known before they come", async () => {
    const { html } = await asEve.get(crowd);

    const icons = html.match(/<img class="server-icon"[^>]*>/g) ?? [];
    expect(icons).toHaveLength(200);
    expect(icons.every((icon) => /width="32" height="32"/.test(icon))).toBeTrue();
  });
});

test("whoever is not signed in is asked to, and comes back to the same list", async () => {
  const seen = await browse(app, null).get(`${path}?status=ready`);

  expect(seen.status).toBe(302);
  expect(seen.location).toBe(`/sign-in?return_to=${encodeURIComponent(`${path}?status=ready`)}`);
});

test("another workspace's servers are not there", async () => {
  const seen = await asAda.get(`/w/${eve.workspaceId}/servers`);

  expect(seen.status).toBe(404);
});

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createLogger } from "#src/lib/log.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { searchIcon } from "#src/services/icons/search.ts";
import * as pictures from "#tests/support/pictures.ts";
import { endless, serveSite, silent } from "#tests/support/site.ts";

const fetch = createGuardedFetch({ allowLoopback: true, exceptions: [] });
const log = createLogger({ level: "silent" });
const sites: ReturnType<typeof serveSite>[] = [];

afterEach(() => sites.splice(0).forEach((site) => void site.close()));
afterAll(() => fetch.close());

function site(pages: Parameters<typeof serveSite>[0]) {
  const served = serveSite(pages);
  sites.push(served);
  return served;
}

const search = (url: string, icons: string[] = [], signal = AbortSignal.timeout(10_000)) =>
  searchIcon(
    { fetch, log, signal },
    { url, serverInfo: { name: "it", version: "1", icons: icons.map((src) => ({ src })) } },
  );

const image = (bytes: Uint8Array, type = "image/png") =>
  new Response(new Uint8Array(bytes), { headers: { "content-type": type } });
const page = (html: string) => new Response(html, { headers: { "content-type": "text/html" } });
const dataUri = (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;

const named = pictures.png({ shade: 1 });
const linked = pictures.png({ shade: 2 });
const favicon = pictures.png({ shade: 3 });

describe("where an icon is looked for", () => {
  test("what the server names itself comes first, and is enough", async () => {
    const served = site({ "/icon.png": image(named), "/": page("<link rel=icon href=/linked.png>") });

    const found = await search(served.at("/mcp"), [served.at("/icon.png")]);

    expect(found?.bytes).toEqual(named);
    expect(served.paths()).toEqual(["/icon.png"]);
  });

  test("an icon may be part of what the server says", async () => {
    const served = site({});

    const found = await search(served.at("/mcp"), [dataUri(named)]);

    expect(found?.bytes).toEqual(named);
    expect(served.asked).toEqual([]);
  });

  test("then comes the front page of its origin, whatever the path of the endpoint", async () => {
    const served = site({
      "/": page("<link rel=icon href=linked.png>"),
      "/linked.png": image(linked),
      "/favicon.ico": image(favicon),
    });

    const found = await search(served.at("/deep/mcp?key=1"), [served.at("/gone.png")]);

    expect(found?.bytes).toEqual(linked);
    expect(served.paths()).toEqual(["/gone.png", "/", "/linked.png"]);
  });

  test("an endpoint's own event stream is not waited for", async () => {
    const open = new ReadableStream({ start: (events) => events.enqueue(new TextEncoder().encode(":\n\n")) });
    const stream = () => new Response(open, { headers: { "content-type": "text/event-stream" } });
    const served = site({ "/": stream, "/favicon.ico": image(favicon) });

    const found = await search(served.url, [], AbortSignal.timeout(1_000));

    expect(found?.bytes).toEqual(favicon);
  });

  test("last comes /favicon.ico", async () => {
    const served = site({ "/": page("<h1>Hello</h1>"), "/favicon.ico": image(favicon, "text/plain") });

    const found = await search(served.at("/mcp"));

    expect(found).toMatchObject({ type: "image/png", bytes: favicon });
  });

  test("a page in another place of the same origin is followed to, and links start from there", async () => {
    const served = site({
      "/": Response.redirect("/en/", 302),
      "/en/": page("<link rel=icon href=icon.png>"),
      "/en/icon.png": image(linked),
    });

    const found = await search(served.at("/mcp"));

    expect(found?.bytes).toEqual(linked);
  });

  test("nothing found is no error", async () => {
    const found = [await search(site({}).url), await search("http://127.0.0.1:1/mcp")];

    expect(found).toEqual([null, null]);
  });

  test("nothing is sent that tells who asks", async () => {
    const served = site({});

    await search(served.at("/mcp"), [served.at("/icon.png")]);

    const sent = new Set(served.asked.flatMap((request) => [...request.headers.keys()]));
    expect(served.asked).toHaveLength(3);
    expect([...sent].filter((name) => /auth|cookie|referer|origin|session|mcp/.test(name))).toEqual([]);
  });
});

describe("who is never asked", () => {
  test("another host over plain http, whoever names it", async () => {
    const other = site({ "/icon.png": image(named) });
    const served = site({
      "/": page(`<link rel=icon href="${other.at("/icon.png")}">`),
      "/favicon.ico": image(favicon),
    });

    const found = await search(served.at("/mcp"), [other.at("/icon.png")]);

    expect(found?.bytes).toEqual(favicon);
    expect(other.asked).toEqual([]);
  });

  test("where a redirect leads to another origin", async () => {
    const other = site({ "/": page("<link rel=icon href=/icon.png>"), "/icon.png": image(named) });
    const served = site({
      "/": Response.redirect(other.at("/"), 302),
      "/icon.png": Response.redirect(other.at("/icon.png"), 307),
      "/favicon.ico": image(favicon),
    });

    const found = await search(served.at("/mcp"), [served.at("/icon.png")]);

    expect(found?.bytes).toEqual(favicon);
    expect(other.asked).toEqual([]);
  });

  test.each([
    "https://10.0.0.1/icon.png",
    "https://169.254.169.254/latest",
    "https://[::ffff:192.168.0.1]/icon.png",
  ])("a private address: %s", async (address) => {
    const served = site({ "/favicon.ico": image(favicon), "/to": Response.redirect(address, 302) });

    const found = await search(served.at("/mcp"), [address, served.at("/to")]);

    expect(found?.bytes).toEqual(favicon);
  });

  test.each([
    "file:///etc/hostname",
    "javascript:alert(1)",
    "blob:null/1",
    "ftp://127.0.0.1/icon.png",
    "icon.png",
  ])("what is no address of the web: %s", async (address) => {
    const served = site({ "/": page(`<link rel=icon href="${address}">`), "/favicon.ico": image(favicon) });

    const found = await search(served.at("/mcp"), [address]);

    expect(found?.bytes).toEqual(favicon);
  });
});

const huge = new Uint8Array(600 * 1024);
const hostile: [string, () => Response | Promise<Response>][] = [
  ["HTML said to be a PNG", () => image(Buffer.from("<script>alert(1)</script>"))],
  ["HTML behind a PNG's signature", () => image(pictures.join("\x89PNG\r\n\x1A\n<script>alert(1)</script>"))],
  ["an SVG with script", () => image(pictures.svg("alert(1)"), "image/svg+xml")],
  ["an SVG said to be a PNG", () => image(pictures.svg("alert(1)"))],
  ["a PNG that moves", () => image(pictures.animatedPng())],
  ["a GIF that moves", () => image(pictures.gif({ frames: 3 }), "image/gif")],
  ["a WebP that moves", async () => image(await pictures.animatedWebp(), "image/webp")],
  ["a hundred thousand pixels", () => image(pictures.png({ width: 100_000, height: 100_000 }))],
  ["more bytes than are taken", () => image(pictures.join(named, huge))],
  ["more bytes than are taken, packed", () => packed(pictures.join(named, huge))],
  ["bytes without end", () => endless(pictures.join(named), { "content-type": "image/png" })],
  [
    "an event stream without end",
    () => endless(Buffer.from("data: x\n\n"), { "content-type": "text/event-stream" }),
  ],
  ["an empty answer", () => new Response(null, { status: 204 })],
  ["a picture that is an error", () => new Response(new Uint8Array(named), { status: 500 })],
  ["an encoding nobody knows", () => new Response("x", { headers: { "content-encoding": "zip" } })],
];

const packed = (bytes: Uint8Array) =>
  new Response(Bun.gzipSync(new Uint8Array(bytes)), { headers: { "content-encoding": "gzip" } });

describe("what a server gives for an icon", () => {
  test.each(hostile)("%s is passed over", async (_, answer) => {
    const served = site({ "/icon": answer, "/": answer, "/favicon.ico": image(favicon) });

    const found = await search(served.at("/mcp"), [served.at("/icon")]);

    expect(found?.bytes).toEqual(favicon);
    expect(served.paths()).toEqual(["/icon", "/", "/favicon.ico"]);
  });

  test.each([
    ["broken base64", "data:image/png;base64,%%%"],
    ["an SVG", `data:image/svg+xml;base64,${Buffer.from(pictures.svg("alert(1)")).toString("base64")}`],
    ["text", "data:image/svg+xml,<svg onload=alert(1)>"],
    ["nothing", "data:,"],
  ])("%s in a data: URI is passed over", async (_, uri) => {
    const served = site({ "/favicon.ico": image(favicon) });

    const found = await search(served.at("/mcp"), [uri]);

    expect(found?.bytes).toEqual(favicon);
  });

  test("what hangs behind a picture is not kept", async () => {
    const served = site({ "/favicon.ico": image(pictures.join(favicon, "<script>alert(1)</script>")) });

    const found = await search(served.at("/mcp"));

    expect(found?.bytes).toEqual(favicon);
  });
});

test("a search ends with its time, though nobody answers", async () => {
  const served = site({ "/icon.png": silent, "/": silent, "/favicon.ico": silent });

  const found = await search(served.at("/mcp"), [served.at("/icon.png")], AbortSignal.timeout(50));

  expect(found).toBeNull();
  expect(served.paths()).toEqual(["/icon.png"]);
});

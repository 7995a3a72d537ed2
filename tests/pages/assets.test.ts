import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";

const app = await testApp();
const stranger = browse(app, null);
const { html } = await stranger.get("/setup");
const linked = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, url = ""]) => url);

test("a page asks for its own styles and scripts, and for nothing of anybody else", () => {
  expect(linked.map((url) => url.split("/").at(-1)).sort()).toEqual([
    "app.css",
    "app.js",
    "htmx.js",
    "icon.svg",
  ]);
  expect(html).not.toMatch(/(?:src|href|action)="https?:/);
  expect(html).not.toMatch(/<style|<script>|\sstyle="|\son[a-z]+="|hx-on/);
});

test("htmx comes with its extension in one file: between two it may begin without", async () => {
  const { html: script } = await stranger.get(linked.find((url) => url.endsWith("/htmx.js")) ?? "");

  expect(script).toContain('registerExtension("sse"');
});

test.each(linked)("%s is kept for ever, as its address changes with it", async (url) => {
  const seen = await stranger.get(url);

  expect(seen.status).toBe(200);
  expect(seen.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(seen.headers.get("content-type")).toMatch(
    /^(text\/(css|javascript)|image\/svg\+xml);charset=utf-8$/,
  );
  expect(seen.headers.get("x-content-type-options")).toBe("nosniff");
});

test("another version, another name and a way up are not there", async () => {
  for (const url of ["/assets/old/app.css", "/assets/x/..%2f..%2fpackage.json", `${linked[0]}x`])
    expect((await stranger.get(url)).status).toBe(404);
});

import { expect, test } from "bun:test";
import { iconLinksIn } from "#src/services/icons/links.ts";

const address = new URL("https://mcp.example.com/docs/");

test.each([
  ["a link relative to the page", `<link rel=icon href=a.png>`, ["https://mcp.example.com/docs/a.png"]],
  ["the old way to write it", `<LINK HREF="/a.ico" REL="Shortcut Icon">`, ["https://mcp.example.com/a.ico"]],
  [
    "a reference in the address",
    `<link rel=icon href="/a?x=1&amp;y=2">`,
    ["https://mcp.example.com/a?x=1&y=2"],
  ],
  [
    "all of them, in order",
    `<link rel=apple-touch-icon href=/t.png><link rel=icon href=/a.png>`,
    ["https://mcp.example.com/t.png", "https://mcp.example.com/a.png"],
  ],
  [
    "the first base there is",
    `<base href="https://cdn.example.com/x/"><link rel=icon href=a.png><base href="/no/">`,
    ["https://cdn.example.com/x/a.png"],
  ],
  ["no SVG that says so", `<link rel=icon type="image/svg+xml" href=/a.svg>`, []],
  ["no other links", `<link rel="stylesheet" href=/a.css><link rel="mask-icon" href=/m.svg>`, []],
  [
    "nothing in scripts and comments",
    `<script>"<link rel=icon href=/a>"</script><!--<link rel=icon href=/a>-->`,
    [],
  ],
  ["nothing that is no URL", `<link rel=icon href="http://["><link rel=icon>`, []],
  ["nothing on a page that is none", "\0\u{10FFFF}{}<<<link", []],
])("a page gives %s", (_, html, expected) => {
  const links = iconLinksIn(html, address);

  expect(links.map(String)).toEqual(expected);
});

test("a page of nothing but icons gives a few", () => {
  const html = "<link rel=icon href=/a.png>".repeat(10_000);

  const links = iconLinksIn(html, address);

  expect(links).toHaveLength(8);
});

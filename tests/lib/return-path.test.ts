import { expect, test } from "bun:test";
import { returnPath } from "#src/lib/return-path.ts";

test.each([
  "/",
  "/w/8c2f/servers",
  "/w/8c2f/servers?sortBy=name&q=a%2Fb",
  "/api/v2/w/8c2f/mcp-servers/3/oauth/authorize?return_to=%2Fw%2F8c2f",
  "/servers/caf%C3%A9",
  "/%",
])("%s is a path of ours", (path) => {
  expect(returnPath(path)).toBe(path);
});

test("a fragment is left out, and dots are resolved", () => {
  expect(returnPath("/a/../b?c#d")).toBe("/b?c");
});

const elsewhere = [
  "",
  "evil.example",
  "https://evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "HTTPS://evil.example",
  "http:\\\\evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "//evil.example/..",
  "//evil.example@ours",
  "/\\evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r/evil.example",
  "/\0/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/ /evil.example",
  "/\u00a0/evil.example",
  "/\u2028/evil.example",
  "/%09/evil.example",
  "/%0a/evil.example",
  "/%0D%0aSet-Cookie:a=b",
  "/%00/evil.example",
  "/%2f/evil.example",
  "/%2Fevil.example",
  "/%5cevil.example",
  "/%5C%5cevil.example",
  "/%252fevil.example",
  "/%255cevil.example",
  "/./\\evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/%2e%2e//evil.example",
  "?next=//evil.example",
  "#//evil.example",
  ".evil.example",
  "@evil.example",
  "/\ud800",
  "/sign-in?return_to=/sign-in",
];

test.each(elsewhere)("%j is nowhere to go", (text) => {
  expect(returnPath(text)).toBeNull();
});

test("nothing is nowhere, and so is what no address bar could hold", () => {
  expect([returnPath(null), returnPath(undefined), returnPath(`/${"a".repeat(3000)}`)]).toEqual([
    null,
    null,
    null,
  ]);
});

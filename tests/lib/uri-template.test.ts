import { describe, expect, test } from "bun:test";
import { expand, variablesOf } from "#src/lib/uri-template.ts";

const values = { var: "value", hello: "Hello World!", path: "/foo/bar", x: "1024", y: "768", empty: "" };

// The examples of RFC 6570 §1.2, for values that are texts.
test.each([
  ["{var}", "value"],
  ["{hello}", "Hello%20World%21"],
  ["{+hello}", "Hello%20World!"],
  ["{+path}/here", "/foo/bar/here"],
  ["here?ref={+path}", "here?ref=/foo/bar"],
  ["X{#hello}", "X#Hello%20World!"],
  ["map?{x,y}", "map?1024,768"],
  ["{x,hello,y}", "1024,Hello%20World%21,768"],
  ["{#path,x}/here", "#/foo/bar,1024/here"],
  ["X{.var}", "X.value"],
  ["{/var,x}/here", "/value/1024/here"],
  ["{;x,y}", ";x=1024;y=768"],
  ["{?x,y}", "?x=1024&y=768"],
  ["?fixed=yes{&x}", "?fixed=yes&x=1024"],
  ["{var:3}", "val"],
  ["{/path*}", "/%2Ffoo%2Fbar"],
])("%s becomes %s", (template, uri) => {
  expect(expand(template, values)).toBe(uri);
});

describe("a variable without a value", () => {
  test.each([
    ["{undefined}", ""],
    ["/a{/undefined}", "/a"],
    ["{?x,undefined}", "?x=1024"],
    ["{?undefined}", ""],
    ["{toString}", ""],
  ])("is left out of %s", (template, uri) => {
    expect(expand(template, values)).toBe(uri);
  });
});

test("variables are named once, in order", () => {
  expect(variablesOf("demo://{kind}/{+path*}{?kind,limit:2}")).toEqual([
    { name: "kind", isOptional: false },
    { name: "path", isOptional: false },
    { name: "limit", isOptional: true },
  ]);
});

test("what is no template has no variables", () => {
  expect(variablesOf("demo://plain/{}")).toEqual([]);
});

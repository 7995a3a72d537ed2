import { describe, expect, test } from "bun:test";
import { checkJson } from "#src/lib/json.ts";

const nest = (depth: number, value: unknown = 1): unknown => (depth === 0 ? value : [nest(depth - 1, value)]);

describe("depth", () => {
  test("64 levels pass, 65 do not", () => {
    expect(checkJson(nest(64))).toBeNull();
    expect(checkJson(nest(65))).toEqual({ path: "/0".repeat(64), reason: "too_deep" });
  });

  test("objects count like arrays", () => {
    expect(checkJson({ a: { b: [] } }, 3)).toBeNull();
    expect(checkJson({ a: { b: [] } }, 2)).toEqual({ path: "/a/b", reason: "too_deep" });
  });

  test("a scalar has none", () => {
    for (const scalar of [null, true, 1, "text"]) expect(checkJson(scalar, 0)).toBeNull();
  });

  test("a million brackets are refused, not a crash", () => {
    const parsed: unknown = JSON.parse("[".repeat(1_000_000) + "]".repeat(1_000_000));

    expect(checkJson(parsed)?.reason).toBe("too_deep");
  });
});

describe("forbidden characters", () => {
  for (const bad of ["\0", "a\0", "\ud800", "\udfff!"]) {
    test(`${JSON.stringify(bad)} is found in a value and in a name`, () => {
      expect(checkJson(bad)).toEqual({ path: "", reason: "forbidden_characters" });
      expect(checkJson({ tools: [{ name: "ok" }, { name: bad }] })?.path).toBe("/tools/1/name");
      expect(checkJson({ tools: [{ [bad]: 1 }] })).toEqual({
        path: "/tools/0",
        reason: "forbidden_characters",
      });
    });
  }

  test("the first offender is told", () => {
    expect(checkJson({ a: 1, b: "\0", c: "\0" })?.path).toBe("/b");
  });

  test("names are escaped in the pointer", () => {
    expect(checkJson({ "a/b~c": { "": "\0" } })?.path).toBe("/a~1b~0c/");
  });

  test("the pointer stops before names so long that it would echo them", () => {
    expect(checkJson({ fine: { ["x".repeat(5_000)]: { y: "\0" } } })?.path).toBe("/fine");
  });

  test("everything else passes", () => {
    const value = { text: "später 🙂\n\u202e", n: 1.5, yes: true, none: null, list: [{}, []] };

    expect(checkJson(value)).toBeNull();
    expect(checkJson(JSON.parse('{"__proto__": {"a": "b"}}'))).toBeNull();
  });
});

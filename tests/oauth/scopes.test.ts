import { describe, expect, test } from "bun:test";
import {
  askable,
  isSubset,
  maxScopes,
  parseScope,
  union,
  validScopes,
  withinCeiling,
} from "#src/oauth/scopes.ts";

describe("scopes", () => {
  test("are read from a space-separated text, each once, in their order", () => {
    expect(parseScope("  b a\tb  c:read/x ")).toEqual(["b", "a", "c:read/x"]);
  });

  test("are none where there is no text", () => {
    expect(parseScope(null)).toEqual([]);
    expect(parseScope("")).toEqual([]);
  });

  test("that RFC 6749 §3.3 does not allow are left out", () => {
    expect(
      validScopes(["ok", "", 'quo"te', "back\\slash", "sp ace", "ümlaut", "nul\0", "x".repeat(257)]),
    ).toEqual(["ok"]);
  });

  test("are kept up to a number that fits into a URL", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `s${index}`);

    expect(validScopes(many)).toEqual(many.slice(0, maxScopes));
  });

  test("unite in the order they are first met", () => {
    expect(union(["a", "b"], [], ["b", "c"])).toEqual(["a", "b", "c"]);
  });

  test("are asked for from the first on, up to what a URL has room for once they are encoded", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `s${index}`);
    const long = ["a:/".repeat(80), "b:/".repeat(80), "c:/".repeat(80), "d:/".repeat(80)].flatMap((scope) => [
      scope,
      `${scope}x`,
      `${scope}y`,
    ]);

    expect(askable(["a", "b"])).toEqual(["a", "b"]);
    expect(askable(many)).toEqual(many.slice(0, maxScopes));
    expect(askable(long)).toEqual(long.slice(0, 10));
    expect(new URLSearchParams({ scope: askable(long).join(" ") }).toString().length).toBeLessThan(6_010);
  });

  test("are a subset when nothing is new", () => {
    expect(isSubset(["a"], ["a", "b"])).toBe(true);
    expect(isSubset([], [])).toBe(true);
    expect(isSubset(["a", "c"], ["a", "b"])).toBe(false);
  });

  test("stay below an admin's ceiling", () => {
    expect(withinCeiling(["a", "b", "c"], ["c", "a"])).toEqual(["a", "c"]);
    expect(withinCeiling(["a"], [])).toEqual([]);
    expect(withinCeiling(["a"], null)).toEqual(["a"]);
  });
});

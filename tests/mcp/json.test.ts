import { expect, test } from "bun:test";
import { JsonCopier, TooDeep } from "#src/mcp/json.ts";

const copier = (mask: (text: string) => string = (text) => text) => new JsonCopier(mask);

test("a copy has every field of the original and shares none of its objects", () => {
  const original = { a: [1, "two", null, { three: false }], b: {} };

  const copy = copier().copy(original);

  expect(copy).toEqual(original);
  expect(copy).not.toBe(original);
});

test("names that reach prototypes are dropped at any depth", () => {
  const original: unknown = JSON.parse(
    '{"a":[{"__proto__":{"x":1},"prototype":2,"constructor":3,"kept":4}],"__proto__":{"y":1}}',
  );

  const copy = copier().copy(original);

  expect(JSON.stringify(copy)).toBe('{"a":[{"kept":4}]}');
});

test("what no database can store is replaced, in names as in values", () => {
  const copy = copier().copy({ "a\0": "\ud800b", list: ["\0"] });

  expect(copy).toEqual({ "a\ufffd": "\ufffdb", list: ["\ufffd"] });
});

test("the mask sees every text, names included", () => {
  const copy = copier((text) => text.replaceAll("key", "•")).copy({ key: ["my key"] });

  expect(copy).toEqual({ "•": ["my •"] });
});

test("sixty-four levels are copied, and one more is not", () => {
  const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

  expect(JSON.stringify(copier().copy(nested(64)))).toHaveLength(128);
  expect(() => copier().copy(nested(65))).toThrow(TooDeep);
});

test("the text copied is counted over several copies", () => {
  const counting = copier();

  counting.copy({ ab: "cde" });
  counting.copy("fg");

  expect(counting.chars).toBe(7);
});

import { describe, expect, test } from "bun:test";
import { readFields } from "#src/oauth/fields.ts";

const read = (json: unknown) => readFields(json, (what) => new Error(`It ${what}.`));

describe("the fields of a stranger's document", () => {
  test("are its own, not what every object inherits", () => {
    expect(read({}).text("toString")).toBeNull();
    expect(read({}).texts("constructor", 10)).toBeNull();
    expect(read({}).flag("hasOwnProperty")).toBe(false);
  });

  for (const json of [null, [], "text", 7, undefined]) {
    test(`are none in ${JSON.stringify(json)}`, () => {
      expect(() => read(json)).toThrow("It is no JSON object.");
    });
  }

  test("are bounded, with the bound named and nothing quoted", () => {
    const fields = read({ long: "x".repeat(3_000), list: ["x".repeat(3_000)] });

    expect(() => fields.text("long")).toThrow('It has more than 2048 characters in "long".');
    expect(() => fields.texts("list", 10)).toThrow('It has more than 2048 characters in "list".');
    expect(fields.text("long", 3_000)).toHaveLength(3_000);
  });

  test("of a list are read up to the number wanted, and no further", () => {
    expect(read({ list: ["a", "b", 7] }).texts("list", 2)).toEqual(["a", "b"]);
  });
});

import { describe, expect, test } from "bun:test";
import {
  describe as described,
  fieldsOf,
  type FormField,
  type Json,
  readForm,
} from "#src/lib/json-schema-form.ts";

const typed = (values: Record<string, string | string[]>) => ({
  text: (name: string) => [values[name] ?? ""].flat()[0] ?? "",
  all: (name: string) => [values[name] ?? []].flat(),
});

const object = (properties: Json, required: string[] = [], more: Record<string, Json> = {}) => ({
  type: "object",
  properties,
  required,
  ...more,
});

function formOf(schema: Json): FormField[] {
  const fields = fieldsOf(schema, "arg");
  if (!fields) throw new Error("There is no form for this schema.");
  return fields;
}

const read = (schema: Json, values: Record<string, string | string[]>) =>
  readForm(formOf(schema), typed(values));

describe("a form has a field for", () => {
  const kindOf = (schema: Json) => formOf(object({ it: schema }))[0]?.input.kind;

  test.each([
    ["text", { type: "string" }, "text"],
    ["a number", { type: "number" }, "number"],
    ["a whole number", { type: "integer" }, "number"],
    ["yes or no", { type: "boolean" }, "boolean"],
    ["one of a list", { enum: ["a", 2, null] }, "choice"],
    ["one of titled constants", { oneOf: [{ const: "a", title: "A" }, { const: "b" }] }, "choice"],
    ["several of a list", { type: "array", items: { enum: ["a", "b"] } }, "choices"],
    ["several values", { type: "array", items: { type: "integer" } }, "lines"],
    ["an object, one level down", object({ street: { type: "string" } }), "group"],
    ["anything else, as JSON", { type: "array", items: { type: "object" } }, "json"],
    ["what has no type, as JSON", {}, "json"],
    ["what may be null", { anyOf: [{ type: "string" }, { type: "null" }] }, "text"],
    ["what may be null by its type", { type: ["integer", "null"] }, "number"],
    ["what stands in one allOf", { allOf: [{ type: "boolean" }], title: "It" }, "boolean"],
  ])("%s", (_, schema, kind) => {
    expect(kindOf(schema)).toBe(kind as FormField["input"]["kind"]);
  });

  test("an object two levels down, as JSON", () => {
    const deep = object({ outer: object({ inner: object({ leaf: { type: "string" } }) }) });

    const [outer] = formOf(deep);

    expect(outer?.input.kind).toBe("group");
    expect(outer?.input.kind === "group" && outer.input.fields[0]?.input.kind).toBe("json");
  });

  test("what is defined elsewhere in the schema", () => {
    const schema = object({ level: { $ref: "#/$defs/Level", default: "high" } }, [], {
      $defs: { Level: { enum: ["low", "high"], title: "How much" } },
    });

    expect(formOf(schema)[0]).toMatchObject({ label: "How much", initial: ["1"], input: { kind: "choice" } });
  });
});

test("a field tells what the schema says of it", () => {
  const schema = object(
    {
      count: {
        type: "integer",
        title: "How many",
        description: "Of them.",
        default: 3,
        minimum: 1,
        maximum: 9,
      },
    },
    ["count"],
  );

  expect(formOf(schema)).toEqual([
    {
      name: "arg/count",
      property: "count",
      label: "How many",
      description: "Of them.",
      isRequired: true,
      isNullable: false,
      initial: ["3"],
      input: { kind: "number", isInteger: true, minimum: 1, maximum: 9 },
    },
  ]);
});

describe("there is no form, but JSON, for", () => {
  test.each([
    ["what is no schema", "yes"],
    ["what is no object", { type: "string" }],
    ["one of several objects", { anyOf: [object({}), object({})] }],
    ["a hundred fields", object(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, {}])))],
    ["a name of a thousand letters", object({ ["a".repeat(1000)]: {} })],
  ])("%s", (_, schema) => {
    expect(fieldsOf(schema, "arg")).toBeNull();
  });
});

test("a schema without properties is an empty form", () => {
  expect(fieldsOf({ type: "object" }, "arg")).toEqual([]);
});

test.each([
  ["to itself", { $ref: "#/properties/it" }],
  ["to another site", { $ref: "https://attacker.example/schema.json" }],
  ["to nowhere", { $ref: "#/$defs/nothing" }],
  ["to the prototype", { $ref: "#/__proto__" }],
])("a reference %s is not followed", (_, schema) => {
  expect(formOf(object({ it: schema }))[0]?.input).toEqual({ kind: "json" });
});

describe("what was typed becomes", () => {
  const schema = object(
    {
      text: { type: "string" },
      count: { type: "integer" },
      ratio: { type: "number" },
      sure: { type: "boolean" },
      level: { enum: ["low", 2, { deep: true }] },
      tags: { type: "array", items: { enum: ["a", "b", "c"] } },
      ids: { type: "array", items: { type: "integer" } },
      place: object({ city: { type: "string" }, zip: { type: "string" } }, ["city"]),
      rest: { type: "array", items: {} },
    },
    ["text"],
  );

  test("an object with values of their types", () => {
    const answer = read(schema, {
      "arg/text": "two\r\nlines",
      "arg/count": "-12",
      "arg/ratio": "1.5e3",
      "arg/sure": "false",
      "arg/level": "2",
      "arg/tags": ["0", "2"],
      "arg/ids": "1\n 2 \n\n3",
      "arg/place/city": "Bern",
      "arg/rest": '[{"a": null}]',
    });

    expect(answer).toEqual({
      ok: true,
      value: {
        text: "two\nlines",
        count: -12,
        ratio: 1500,
        sure: false,
        level: { deep: true },
        tags: ["a", "c"],
        ids: [1, 2, 3],
        place: { city: "Bern" },
        rest: [{ a: null }],
      },
    });
  });

  test("an object without what was left empty", () => {
    expect(read(schema, { "arg/text": "x", "arg/count": "", "arg/sure": "" })).toEqual({
      ok: true,
      value: { text: "x" },
    });
  });

  test("a word for each field that cannot be read", () => {
    const answer = read(schema, {
      "arg/count": "1.5",
      "arg/ratio": "0x10",
      "arg/level": "7",
      "arg/ids": "one",
      "arg/place/zip": "3000",
      "arg/rest": "[",
    });

    expect(answer).toEqual({
      ok: false,
      errors: {
        "arg/text": "This is needed.",
        "arg/count": "Write a whole number.",
        "arg/ratio": "Write a number.",
        "arg/level": "Choose one of the list.",
        "arg/ids": "Write a number.",
        "arg/place/city": "This is needed.",
        "arg/rest": "This is not valid JSON.",
      },
    });
  });

  test("no number that another one is sent for", () => {
    expect(read(schema, { "arg/text": "x", "arg/count": "9007199254740993" })).toMatchObject({ ok: false });
  });

  test("null where a value is needed and may be null", () => {
    const nullable = object({ it: { type: ["string", "null"] } }, ["it"]);

    expect(read(nullable, {})).toEqual({ ok: true, value: { it: null } });
  });

  test("an object's own property, whatever it is called", () => {
    const odd = object({ "a/b~c": { type: "string" }, toString: { type: "string" } });

    const answer = read(odd, { "arg/a~1b~0c": "x", "arg/toString": "y" });

    expect(answer).toEqual({ ok: true, value: { "a/b~c": "x", toString: "y" } });
  });
});

describe("in words, a schema says", () => {
  const words = (schema: Json) => described(object({ it: schema }))[0]?.type;

  test.each([
    ["text", { type: "string" }, "text"],
    ["how long a text is", { type: "string", minLength: 1, maxLength: 9 }, "text, 1 to 9 characters"],
    ["what a text looks like", { type: "string", format: "date" }, "text (date)"],
    ["how large a number is", { type: "integer", minimum: 1 }, "whole number, at least 1"],
    ["what to choose from", { enum: ["a", 2] }, 'one of "a", 2'],
    ["what it always is", { const: "x" }, 'always "x"'],
    ["what a list is of", { type: "array", items: { type: "boolean" } }, "list of yes or no"],
    ["that it may be missing", { anyOf: [{ type: "string" }, { type: "null" }] }, "text, or nothing"],
    ["several kinds", { oneOf: [{ type: "string" }, { type: "integer" }] }, "text or whole number"],
    ["what is taken else", { type: "number", default: 3 }, "number, 3 unless told otherwise"],
    ["nothing", {}, "anything"],
  ])("%s", (_, schema, said) => {
    expect(words(schema as Json)).toBe(said);
  });

  test("what stands within what, as far as anybody reads", () => {
    const deep = { people: { type: "array", items: object({ name: { type: "string" } }, ["name"]) } };

    expect(described(object(deep)).map(({ path, isRequired }) => [path, isRequired])).toEqual([
      ["people", false],
      ["people[].name", true],
    ]);
    expect(described({ type: "object", properties: { a: { $ref: "#" } } }).length).toBeLessThan(10);
  });
});

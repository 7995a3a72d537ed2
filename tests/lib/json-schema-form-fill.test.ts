import { describe, expect, test } from "bun:test";
import {
  fieldsOf,
  fillForm,
  type FormField,
  type Json,
  parseObject,
  readDraft,
  readForm,
  type Schema,
  skeletonOf,
} from "#src/lib/json-schema-form.ts";

const object = (properties: Schema, required: string[] = []) => ({ type: "object", properties, required });
const address = object({ city: { type: "string" }, zip: { type: "string" } }, ["city"]);

/** A field of every kind. */
const properties = {
  text: { type: "string" },
  long: { type: "string", maxLength: 1_000 },
  count: { type: "integer" },
  ratio: { type: "number" },
  sure: { type: "boolean" },
  level: { enum: ["low", 2, { deep: true }, null] },
  tags: { type: "array", items: { enum: ["a", "b", "c"] } },
  lines: { type: "array", items: { type: "string" } },
  ids: { type: "array", items: { type: "integer" } },
  place: address,
  maybe: { type: ["string", "null"] },
  rest: { type: "array", items: {} },
};
const optional = object(properties);
const needed = object(properties, Object.keys(properties));

function formOf(schema: Json): FormField[] {
  const fields = fieldsOf(schema, "arg");
  if (!fields) throw new Error("There is no form for this schema.");
  return fields;
}

const typed = (values: Record<string, string[]>) => ({
  text: (name: string) => values[name]?.[0] ?? "",
  all: (name: string) => values[name] ?? [],
});

const namesOf = (fields: FormField[]): string[] =>
  fields.flatMap(({ name, input }) => (input.kind === "group" ? namesOf(input.fields) : [name]));

/** From the form to JSON, as text, and back into the form. */
function roundTrip(schema: Json, values: Record<string, string[]>) {
  const fields = formOf(schema);
  const draft = readDraft(fields, typed(values));
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  const { typed: back, unfit } = fillForm(fields, parseObject(JSON.stringify(draft.value)));
  const shown = Object.fromEntries(
    namesOf(fields)
      .map((name): [string, string[]] => [name, back.all(name).filter((text) => text !== "")])
      .filter(([, texts]) => texts.length > 0),
  );
  return { shown, unfit };
}

describe("what was typed comes back from JSON as it was", () => {
  test.each([
    ["a text", { "arg/text": [' "quoted"\ttext '] }],
    ["a text of several lines", { "arg/long": ["\n two\n\nlines\n"] }],
    ["a whole number", { "arg/count": ["-12"] }],
    ["a number", { "arg/ratio": ["0.125"] }],
    ["a very large number", { "arg/ratio": ["1e+300"] }],
    ["yes", { "arg/sure": ["true"] }],
    ["no", { "arg/sure": ["false"] }],
    ["a choice", { "arg/level": ["1"] }],
    ["a choice that is an object", { "arg/level": ["2"] }],
    ["a choice that is nothing", { "arg/level": ["3"] }],
    ["several choices", { "arg/tags": ["0", "2"] }],
    ["lines", { "arg/lines": ["one\ntwo words\n3"] }],
    ["lines of numbers", { "arg/ids": ["1\n-2"] }],
    ["a group", { "arg/place/city": ["Bern"], "arg/place/zip": ["3000"] }],
    ["a group that lacks what it needs", { "arg/place/zip": ["3000"] }],
    ["what may be nothing", { "arg/maybe": ["something"] }],
    ["JSON", { "arg/rest": ['[\n  {\n    "a": null\n  }\n]'] }],
    ["nothing", {}],
  ])("%s", (_, values) => {
    const given: Record<string, string[]> = values;

    for (const schema of [optional, needed])
      expect(roundTrip(schema, given)).toEqual({ shown: given, unfit: [] });
  });

  test("all at once, whatever way of writing it means the same", () => {
    const fields = formOf(optional);
    const values = typed({
      "arg/text": ["two\r\nlines"],
      "arg/count": [" +12 "],
      "arg/ratio": ["1.50"],
      "arg/ids": ["1\r\n\r\n 2 "],
      "arg/rest": ["[ 1 ]"],
    });
    const before = readForm(fields, values);

    const after = readForm(fields, fillForm(fields, before.ok ? before.value : {}).typed);

    expect(after).toEqual(before);
    expect(after.ok).toBe(true);
  });
});

describe("a form has no way to say", () => {
  test.each([
    ["what it has no field for", { other: 1 }, "other"],
    ["an empty text that may be left out", { text: "" }, "text"],
    ["a text with a line break that browsers change", { text: "a\rb" }, "text"],
    ["a text that nobody can send", { text: "a\0b" }, "text"],
    ["half a character", { text: "\ud800" }, "text"],
    ["a number for a text", { text: 7 }, "text"],
    ["a text for a number", { count: "7" }, "count"],
    ["half of a whole number", { count: 1.5 }, "count"],
    ["a text for yes or no", { sure: "true" }, "sure"],
    ["nothing for yes or no", { sure: null }, "sure"],
    ["a choice that is none", { level: "high" }, "level"],
    ["choices in another order", { tags: ["c", "a"] }, "tags"],
    ["a choice twice", { tags: ["a", "a"] }, "tags"],
    ["no choices where they may be left out", { tags: [] }, "tags"],
    ["a choice beyond the list", { tags: ["a", "z"] }, "tags"],
    ["one value for a list", { tags: "a" }, "tags"],
    ["a line with space around it", { lines: [" a"] }, "lines"],
    ["an empty line", { lines: ["a", ""] }, "lines"],
    ["two lines in one", { lines: ["a\nb"] }, "lines"],
    ["a number among lines", { lines: ["a", 1] }, "lines"],
    ["an empty list", { lines: [] }, "lines"],
    ["nothing for what may be nothing or left out", { maybe: null }, "maybe"],
    ["an empty group that may be left out", { place: {} }, "place"],
    ["a group with nothing but an empty text", { place: { city: "" } }, "place"],
    ["a text for a group", { place: "Bern" }, "place"],
    ["more than a group has fields for", { place: { city: "Bern", country: "CH" } }, "place.country"],
    ["a property of the prototype's name", JSON.parse('{"__proto__": 1}'), "__proto__"],
  ])("%s", (_, value, path) => {
    expect(fillForm(formOf(optional), value as Schema).unfit).toEqual([path]);
  });

  test("nothing of an empty object, whatever it needs", () => {
    for (const schema of [optional, needed]) expect(fillForm(formOf(schema), {}).unfit).toEqual([]);
  });

  test("nothing of what is needed and empty", () => {
    const empty = { text: "", tags: [], lines: [], ids: [], place: { city: "" }, maybe: null };

    expect(fillForm(formOf(needed), empty).unfit).toEqual([]);
  });
});

test("a form that is not ready is no fault, and what cannot be read is one", () => {
  const fields = formOf(needed);

  const empty = readDraft(fields, typed({}));
  const odd = readDraft(fields, typed({ "arg/count": ["two"], "arg/place/zip": ["1"] }));

  expect(empty).toEqual({
    ok: true,
    value: { text: "", long: "", tags: [], lines: [], ids: [], place: { city: "" }, maybe: null },
  });
  expect(odd).toEqual({ ok: false, errors: { "arg/count": "Write a number." } });
});

describe("JSON is read", () => {
  test.each([
    ["{ odd", "This is not valid JSON."],
    ["", "This is not valid JSON."],
    ["[1]", "Write an object, such as {}."],
    ["null", "Write an object, such as {}."],
    ['{"id": 9007199254740993}', "A number is too large to be sent exactly."],
    ['{"deep": [{"id": -1e400}]}', "A number is too large to be sent exactly."],
  ])("%s: refused", (text, words) => {
    expect(() => parseObject(text)).toThrow(words);
  });

  test("with numbers as they were written", () => {
    expect(parseObject('{"a": 9007199254740992, "b": 1e22, "c": 0.1, "d": "9007199254740993"}')).toEqual({
      a: 9007199254740992,
      b: 1e22,
      c: 0.1,
      d: "9007199254740993",
    });
  });
});

test("to begin with, JSON has what the form would send, and something for all else that is needed", () => {
  const schema = object(
    {
      text: { type: "string" },
      count: { type: "integer" },
      sure: { type: "boolean" },
      level: { enum: ["low", "high"] },
      any: {},
      place: address,
      limit: { type: "integer", default: 10 },
      filter: { type: "object", default: { state: "open" } },
      left: { type: "string" },
    },
    ["text", "count", "sure", "level", "any", "place"],
  );

  expect(skeletonOf(formOf(schema))).toEqual({
    text: "",
    count: 0,
    sure: false,
    level: "low",
    any: null,
    place: { city: "" },
    limit: 10,
    filter: { state: "open" },
  });
});

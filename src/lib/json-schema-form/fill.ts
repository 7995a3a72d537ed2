import { isDeepStrictEqual } from "node:util";
import type { FormField, Input } from "#src/lib/json-schema-form/fields.ts";
import { readDraft, type Typed } from "#src/lib/json-schema-form/read.ts";
import { isSchema, type Json, type Schema } from "#src/lib/json-schema-form/schema.ts";
import { textsOf } from "#src/lib/json-schema-form/texts.ts";
import { hasForbiddenCharacters } from "#src/lib/text.ts";

export type Filled = {
  typed: Typed;
  /** Where in the object stands what the form cannot hold as it is, such as `place.zip`. */
  unfit: string[];
};

/** The form of an object: what somebody would have typed to mean it. What is not in the object is left empty. */
export function fillForm(fields: readonly FormField[], value: Schema): Filled {
  const texts = new Map<string, string[]>();
  const unfit: string[] = [];
  fill(fields, value, { path: "", texts, unfit });
  return { typed: typedIn(texts), unfit };
}

/** What to begin with in JSON: what the untouched form would send, and something in the place of all else that is needed. */
export function skeletonOf(fields: readonly FormField[]): Schema {
  const texts = new Map<string, string[]>();
  noteInitial(fields, texts);
  const draft = readDraft(fields, typedIn(texts));
  const known = draft.ok ? draft.value : {};
  const entries = fields.flatMap(({ property, input, isRequired }): [string, Json][] => {
    if (Object.hasOwn(known, property)) return [[property, known[property] ?? null]];
    return isRequired ? [[property, emptyValueOf(input)]] : [];
  });
  return Object.fromEntries(entries);
}

type Walk = { path: string; texts: Map<string, string[]>; unfit: string[] };

function fill(fields: readonly FormField[], object: Schema, { path, texts, unfit }: Walk): void {
  for (const [property, value] of Object.entries(object)) {
    const field = fields.find((one) => one.property === property);
    if (field?.input.kind === "group" && isSchema(value))
      fill(field.input.fields, value, { path: `${path}${property}.`, texts, unfit });
    else if (field) texts.set(field.name, textsOf(field.input, value));
    if (!field || !fits(field, value, texts)) unfit.push(path + property);
  }
}

/** Whether the form, as a browser sends it, means this very value. */
function fits(field: FormField, value: Json, texts: Map<string, string[]>): boolean {
  const draft = readDraft([field], typedIn(texts));
  // What stands in a group was looked at by itself; what is left is whether the form says at all that there is one.
  if (field.input.kind === "group" && isSchema(value))
    return !draft.ok || Object.hasOwn(draft.value, field.property);
  const isKept = (texts.get(field.name) ?? []).every(
    (text) => !text.includes("\r") && !hasForbiddenCharacters(text),
  );
  return isKept && draft.ok && isDeepStrictEqual(draft.value[field.property], value);
}

const typedIn = (texts: Map<string, string[]>): Typed => ({
  text: (name) => texts.get(name)?.[0] ?? "",
  all: (name) => texts.get(name) ?? [],
});

function noteInitial(fields: readonly FormField[], texts: Map<string, string[]>): void {
  for (const { name, input, initial } of fields) {
    texts.set(name, initial);
    if (input.kind === "group") noteInitial(input.fields, texts);
  }
}

function emptyValueOf(input: Input): Json {
  if (input.kind === "number") return 0;
  if (input.kind === "boolean") return false;
  return input.kind === "choice" ? (input.choices[0]?.value ?? null) : null;
}

import type { Choice, FormField } from "#src/lib/json-schema-form/fields.ts";
import { parseJson, requireExact, Unreadable } from "#src/lib/json-schema-form/json.ts";
import type { Json, Schema } from "#src/lib/json-schema-form/schema.ts";

/** What somebody typed; a field that was not sent is an empty text, or no choice at all. */
export type Typed = { text(name: string): string; all(name: string): string[] };

export type ReadForm =
  | { ok: true; value: Schema }
  /** By the field's name, in words for whoever typed. */
  | { ok: false; errors: Record<string, string> };

type Faults = { unreadable: Record<string, string>; missing: string[] };

/**
 * The object that a filled-in form stands for. A field that was left empty is left out, so that the receiver's own default
 * holds. Whether the object fits the schema in every detail is for the receiver to say.
 */
export function readForm(fields: readonly FormField[], typed: Typed): ReadForm {
  const faults: Faults = { unreadable: {}, missing: [] };
  const value = objectOf(fields, typed, faults);
  const missing = Object.fromEntries(faults.missing.map((name) => [name, "This is needed."]));
  return answerOf(value, { ...missing, ...faults.unreadable });
}

/**
 * The same of a form that is not ready yet, for whoever goes on with it elsewhere: what is needed and missing is no fault.
 * Where its kind has an empty value, that stands in its place; the rest is left out.
 */
export function readDraft(fields: readonly FormField[], typed: Typed): ReadForm {
  const faults: Faults = { unreadable: {}, missing: [] };
  return answerOf(objectOf(fields, typed, faults), faults.unreadable);
}

const answerOf = (value: Schema, errors: Record<string, string>): ReadForm =>
  Object.keys(errors).length === 0 ? { ok: true, value } : { ok: false, errors };

function objectOf(fields: readonly FormField[], typed: Typed, faults: Faults): Schema {
  const entries: [string, Json][] = [];
  for (const field of fields) {
    try {
      const value = valueOf(field, typed, faults);
      if (value !== undefined) entries.push([field.property, value]);
      else if (field.isRequired && field.isNullable) entries.push([field.property, null]);
      else if (field.isRequired) {
        faults.missing.push(field.name);
        if (field.input.kind === "text") entries.push([field.property, ""]);
        if (field.input.kind === "lines") entries.push([field.property, []]);
      }
    } catch (failure) {
      if (!(failure instanceof Unreadable)) throw failure;
      faults.unreadable[field.name] = failure.message;
    }
  }
  // Whatever a property is called, it becomes one of the object's own.
  return Object.fromEntries(entries);
}

function valueOf({ name, input, isRequired }: FormField, typed: Typed, faults: Faults): Json | undefined {
  if (input.kind === "group") {
    const group = objectOf(isRequired ? input.fields : onlyIfAny(input.fields, typed), typed, faults);
    return isRequired || Object.keys(group).length > 0 ? group : undefined;
  }
  if (input.kind === "choices") {
    const chosen = typed.all(name).map((index) => choiceAt(input.choices, index));
    return chosen.length > 0 || isRequired ? chosen : undefined;
  }
  const text = typed.text(name);
  if (text === "") return undefined;
  switch (input.kind) {
    case "text":
      return text.replaceAll("\r\n", "\n");
    case "number":
      return numberIn(text, input.isInteger);
    case "boolean":
      return text === "true";
    case "choice":
      return choiceAt(input.choices, text);
    case "lines":
      return linesOf(text).map((line) =>
        input.of === "string" ? line : numberIn(line, input.of === "integer"),
      );
    case "json":
      return parseJson(text);
  }
}

/** Nobody has to fill in what belongs to an object that they leave out. */
const onlyIfAny = (fields: readonly FormField[], typed: Typed): readonly FormField[] =>
  fields.some((field) => typed.all(field.name).some((text) => text !== "")) ? fields : [];

function choiceAt(choices: Choice[], index: string): Json {
  const choice = /^\d{1,4}$/.test(index) ? choices[Number(index)] : undefined;
  if (!choice) throw new Unreadable("Choose one of the list.");
  return choice.value;
}

function numberIn(text: string, isInteger: boolean): number {
  const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw new Unreadable("Write a number.");
  if (isInteger && !Number.isInteger(number)) throw new Unreadable("Write a whole number.");
  requireExact(text.trim(), number);
  return number;
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

import type { Choice, Input } from "#src/lib/json-schema-form/fields.ts";
import { type Json, listIn } from "#src/lib/json-schema-form/schema.ts";

/** A value as its field shows it; several for `choices`, and none where the field has no way to show it. */
export function textsOf(input: Input, value: Json): string[] {
  switch (input.kind) {
    case "choice":
      return indexesOf(input.choices, [value]);
    case "choices":
      return indexesOf(input.choices, listIn(value));
    case "lines":
      return [listIn(value).map(labelOf).join("\n")];
    case "json":
      return [JSON.stringify(value, null, 2)];
    case "group":
      return [];
    default:
      return typeof value === "object" ? [] : [String(value)];
  }
}

export const labelOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A choice is sent by its place, as its value may be anything; several in the order in which they stand in the form. */
function indexesOf(choices: Choice[], values: Json[]): string[] {
  const wanted = new Set(values.map((value) => JSON.stringify(value)));
  return choices.flatMap(({ value }, index) => (wanted.delete(JSON.stringify(value)) ? [String(index)] : []));
}

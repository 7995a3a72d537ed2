import {
  isSchema,
  type Json,
  listIn,
  resolve,
  type Schema,
  textIn,
} from "#src/lib/json-schema-form/schema.ts";
import { labelOf, textsOf } from "#src/lib/json-schema-form/texts.ts";

export type Choice = { value: Json; label: string };

export type Input =
  | {
      kind: "text";
      isLong: boolean;
      format: string | null;
      minLength: number | null;
      maxLength: number | null;
    }
  | { kind: "number"; isInteger: boolean; minimum: number | null; maximum: number | null }
  | { kind: "boolean" }
  | { kind: "choice"; choices: Choice[] }
  | { kind: "choices"; choices: Choice[] }
  /** One value per line. */
  | { kind: "lines"; of: "string" | "number" | "integer" }
  | { kind: "group"; fields: FormField[] }
  /** For what has no field of its own: its JSON. */
  | { kind: "json" };

/** One value that a form asks for. Its texts are the schema's own, so somebody else's. */
export type FormField = {
  /** Unique in the form, and the same as long as the schema calls the value so. */
  name: string;
  property: string;
  label: string;
  description: string | null;
  isRequired: boolean;
  isNullable: boolean;
  /** The schema's default as the form shows it; several for `choices`. */
  initial: string[];
  input: Input;
};

const maxFields = 80;
const maxNameChars = 200;
const maxChoices = 200;
const longTexts =
  /(^|[_-])(body|content|contents|text|description|markdown|html|sql|code|prompt|notes|comment)$/i;

/**
 * The fields of a form for an object that fits the schema.
 *
 * @param prefix - begins the names, so that two forms on a page do not meet
 * @returns null where a form cannot say what the schema wants: then the value is written as JSON
 */
export function fieldsOf(schema: Json | undefined, prefix: string): FormField[] | null {
  if (!isSchema(schema)) return null;
  const { schema: root } = resolve(schema, schema);
  if (["anyOf", "oneOf", "allOf"].some((keyword) => keyword in root)) return null;
  if (root["type"] !== undefined && root["type"] !== "object") return null;
  const fields = propertiesOf(schema, root, prefix, true);
  return fields && countOf(fields) <= maxFields ? fields : null;
}

const countOf = (fields: readonly FormField[]): number =>
  fields.reduce((sum, { input }) => sum + (input.kind === "group" ? countOf(input.fields) : 1), 0);

function propertiesOf(root: Schema, schema: Schema, prefix: string, mayNest: boolean): FormField[] | null {
  const properties = Object.entries(isSchema(schema["properties"]) ? schema["properties"] : {});
  if (properties.length > maxFields || properties.some(([name]) => name.length > maxNameChars)) return null;
  const required = listIn(schema["required"]);
  return properties.map(([property, given]) =>
    fieldOf(root, given, { property, prefix, isRequired: required.includes(property), mayNest }),
  );
}

type Place = { property: string; prefix: string; isRequired: boolean; mayNest: boolean };

function fieldOf(root: Schema, given: Json, { property, prefix, isRequired, mayNest }: Place): FormField {
  const { schema, isNullable } = resolve(root, given);
  const name = `${prefix}/${property.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const input = inputOf(root, schema, { property, name, mayNest });
  return {
    name,
    property,
    label: textIn(schema["title"]) ?? property,
    description: textIn(schema["description"]),
    isRequired,
    isNullable,
    initial: textsOf(input, schema["default"] ?? null),
    input,
  };
}

function inputOf(
  root: Schema,
  schema: Schema,
  { property, name, mayNest }: { property: string; name: string; mayNest: boolean },
): Input {
  const choices = choicesIn(schema);
  if (choices) return { kind: "choice", choices };
  switch (schema["type"]) {
    case "string":
      return {
        kind: "text",
        isLong: isLongText(schema, property),
        format: textIn(schema["format"]),
        minLength: countIn(schema["minLength"]),
        maxLength: countIn(schema["maxLength"]),
      };
    case "number":
    case "integer":
      return {
        kind: "number",
        isInteger: schema["type"] === "integer",
        minimum: numberIn(schema["minimum"]),
        maximum: numberIn(schema["maximum"]),
      };
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return listInput(root, schema["items"]);
    case "object": {
      const fields = mayNest ? propertiesOf(root, schema, name, false) : null;
      return fields && fields.length > 0 ? { kind: "group", fields } : { kind: "json" };
    }
    default:
      return { kind: "json" };
  }
}

function listInput(root: Schema, items: Json | undefined): Input {
  const { schema } = resolve(root, items);
  const choices = choicesIn(schema);
  if (choices) return { kind: "choices", choices };
  const { type } = schema;
  return type === "string" || type === "number" || type === "integer"
    ? { kind: "lines", of: type }
    : { kind: "json" };
}

/** `enum`, with names where some extension gives them, or a list of titled constants. */
function choicesIn(schema: Schema): Choice[] | null {
  const names = listIn(schema["enumNames"]);
  const values = "const" in schema ? [schema["const"] ?? null] : listIn(schema["enum"]);
  const constants = [...listIn(schema["oneOf"]), ...listIn(schema["anyOf"])];
  const choices =
    values.length > 0
      ? values.map((value, index) => ({ value, label: textIn(names[index]) ?? labelOf(value) }))
      : constants.map((one) =>
          isSchema(one) && "const" in one
            ? { value: one["const"] ?? null, label: textIn(one["title"]) ?? labelOf(one["const"] ?? null) }
            : null,
        );
  if (choices.length === 0 || choices.length > maxChoices) return null;
  return choices.every((choice) => choice !== null) ? choices : null;
}

function isLongText(schema: Schema, property: string): boolean {
  const { maxLength, format } = schema;
  if (typeof maxLength === "number") return maxLength > 200;
  return format === undefined && longTexts.test(property);
}

const numberIn = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);
const countIn = (value: Json | undefined): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 1_000_000 ? value : null;

import {
  isSchema,
  type Json,
  listIn,
  resolve,
  type Schema,
  textIn,
} from "#src/lib/json-schema-form/schema.ts";

/** One value of an object, in words. `path` is `place.city`, or `items[].id` within lists. */
export type Described = {
  path: string;
  isRequired: boolean;
  /** `whole number, 1 to 9`, `one of "low", "high"`. */
  type: string;
  description: string | null;
};

const maxRows = 200;
const maxDepth = 4;
const maxShownChoices = 12;
const maxPathChars = 200;

/** What an object of this schema holds, to be read from top to bottom. Empty for what has no properties. */
export function describe(schema: Json): Described[] {
  if (!isSchema(schema)) return [];
  const rows: Described[] = [];
  const { schema: root } = resolve(schema, schema);
  collect(schema, root, { prefix: "", depth: 0, rows });
  return rows;
}

type Walk = { prefix: string; depth: number; rows: Described[] };

function collect(root: Schema, schema: Schema, { prefix, depth, rows }: Walk): void {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = listIn(schema["required"]);
  for (const [name, given] of Object.entries(properties)) {
    if (rows.length >= maxRows) return;
    const { schema: own, isNullable } = resolve(root, given);
    const path = `${prefix}${name.slice(0, maxPathChars)}`;
    rows.push({
      path,
      isRequired: required.includes(name),
      type: typeWords(root, own) + (isNullable ? ", or nothing" : "") + defaultWords(own),
      description: textIn(own["description"]),
    });
    if (depth >= maxDepth) continue;
    const items = own["type"] === "array" ? resolve(root, own["items"]).schema : null;
    collect(root, items ?? own, { prefix: items ? `${path}[].` : `${path}.`, depth: depth + 1, rows });
  }
}

const names: Record<string, string> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "yes or no",
  object: "object",
  null: "nothing",
};

function typeWords(root: Schema, schema: Schema): string {
  const values = "const" in schema ? [schema["const"] ?? null] : listIn(schema["enum"]);
  if (values.length > 0) return choiceWords(values);
  const branches = [...listIn(schema["anyOf"]), ...listIn(schema["oneOf"])];
  if (branches.length > 0)
    return branches
      .slice(0, maxShownChoices)
      .map((branch) => typeWords(root, resolve(root, branch).schema))
      .join(" or ");
  const type = textIn(schema["type"]);
  if (type === "array") {
    const items = schema["items"];
    return items === undefined ? "list" : `list of ${typeWords(root, resolve(root, items).schema)}`;
  }
  if (type === null) return Array.isArray(schema["type"]) ? schema["type"].join(" or ") : "anything";
  const format = textIn(schema["format"]);
  return `${names[type] ?? type}${format ? ` (${format})` : ""}${rangeWords(schema)}`;
}

function choiceWords(values: Json[]): string {
  const shown = values.slice(0, maxShownChoices).map((value) => JSON.stringify(value));
  const more = values.length > shown.length ? `, and ${values.length - shown.length} more` : "";
  return `${values.length === 1 ? "always" : "one of"} ${shown.join(", ")}${more}`;
}

function rangeWords(schema: Schema): string {
  const least = schema["minimum"] ?? schema["minLength"];
  const most = schema["maximum"] ?? schema["maxLength"];
  const unit = schema["type"] === "string" ? " characters" : "";
  if (typeof least === "number" && typeof most === "number") return `, ${least} to ${most}${unit}`;
  if (typeof least === "number") return `, at least ${least}${unit}`;
  return typeof most === "number" ? `, at most ${most}${unit}` : "";
}

function defaultWords(schema: Schema): string {
  const { default: value } = schema;
  if (value === undefined || value === null) return "";
  const text = JSON.stringify(value);
  return text.length > 80 ? "" : `, ${text} unless told otherwise`;
}

import type { SentForm } from "#src/http/page-form.ts";
import {
  fillForm,
  type FormField,
  parseObject,
  readDraft,
  type Schema,
  Unreadable,
} from "#src/lib/json-schema-form.ts";
import type { ToolCall } from "#views/catalog/tool.tsx";

/**
 * The arguments in the shape that was asked for, form or JSON. What was typed moves over; where any of it cannot, it all
 * stays where it is, and the form says why.
 *
 * @param call - with what was typed
 */
export function switched(call: ToolCall, form: SentForm): ToolCall {
  const { fields } = call;
  if (fields === null || form.text("show") === call.as) return call;
  return call.as === "form" ? toJson(call, fields, form) : toForm(call, fields);
}

function toJson(call: ToolCall, fields: FormField[], form: SentForm): ToolCall {
  const draft = readDraft(fields, form);
  if (!draft.ok) return { ...call, refused: { message: null, fields: draft.errors } };
  return { ...call, as: "json", isSwitched: true, typed: null, json: JSON.stringify(draft.value, null, 2) };
}

function toForm(call: ToolCall, fields: FormField[]): ToolCall {
  try {
    const { typed, unfit } = fillForm(fields, objectIn(call.json));
    if (unfit.length > 0) throw new Unreadable(unfitWords(unfit));
    return { ...call, as: "form", isSwitched: true, typed: typed.all };
  } catch (failure) {
    if (!(failure instanceof Unreadable)) throw failure;
    return { ...call, refused: { message: null, fields: { json: failure.message } } };
  }
}

/** Where everything was deleted, there are no arguments. */
const objectIn = (json: string): Schema => (json.trim() === "" ? {} : parseObject(json));

const maxNamed = 3;

function unfitWords(unfit: string[]): string {
  const named = unfit.slice(0, maxNamed).map((path) => `“${path.slice(0, 80).toWellFormed()}”`);
  const more = unfit.length > maxNamed ? ` and ${unfit.length - maxNamed} more` : "";
  return `The form has no way to say ${named.join(", ")}${more} as it is written here.`;
}

import type { SentForm } from "#src/http/page-form.ts";
import {
  fillForm,
  type FormField,
  parseObject,
  readDraft,
  type Schema,
  Unreadable,
} from "#src/lib/json-schema-form.ts";
import type { Ctx } from "#src/services/context.ts";
import type { ToolCall } from "#views/catalog/tool.tsx";

/**
 * The arguments in the shape that was asked for, form or JSON. What was typed moves over; where any of it cannot, it all
 * stays where it is, and the form says why.
 *
 * @param call - with what was typed
 */
export function switched({ requestId }: Ctx, call: ToolCall, form: SentForm): ToolCall {
  const { fields } = call;
  if (fields === null || form.text("show") === call.as) return call;
  const { errors, ...shown } = call.as === "form" ? toJson(fields, form) : toForm(call, fields);
  return { ...call, ...shown, refused: errors ? { message: null, fields: errors, requestId } : null };
}

type Switched = Partial<ToolCall> & { errors?: Record<string, string> };

function toJson(fields: FormField[], form: SentForm): Switched {
  const draft = readDraft(fields, form);
  if (!draft.ok) return { errors: draft.errors };
  return { as: "json", isSwitched: true, typed: null, json: JSON.stringify(draft.value, null, 2) };
}

function toForm({ json }: ToolCall, fields: FormField[]): Switched {
  try {
    const { typed, unfit } = fillForm(fields, objectIn(json));
    if (unfit.length > 0) throw new Unreadable(unfitWords(unfit));
    return { as: "form", isSwitched: true, typed: typed.all };
  } catch (failure) {
    if (!(failure instanceof Unreadable)) throw failure;
    return { errors: { json: failure.message } };
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

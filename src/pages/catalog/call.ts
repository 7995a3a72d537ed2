import type { SentForm } from "#src/http/page-form.ts";
import {
  fieldsOf,
  type FormField,
  isSchema,
  type Json,
  readForm,
  type Schema,
} from "#src/lib/json-schema-form.ts";
import { ask, takeTurn } from "#src/pages/catalog/turn.ts";
import * as catalog from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import { contentOf, jsonOf } from "#views/catalog/content.ts";
import type { Outcome } from "#views/catalog/outcome.tsx";
import type { Tool } from "#views/catalog/said.ts";
import type { ToolCall } from "#views/catalog/tool.tsx";

type Target = { ctx: Ctx; serverId: number; tool: Tool };

/** A call that nobody has begun: the form as the schema makes it. */
export function newCall(tool: Tool, as: string | null): ToolCall {
  const fields = fieldsOf(tool.input, "arg");
  return {
    fields,
    as: as === "json" || fields === null ? "json" : "form",
    typed: null,
    json: skeletonOf(fields),
    refused: null,
    trouble: null,
    outcome: null,
    asked: null,
  };
}

/** Calls the tool with what was typed, or goes on with a call that waited for answers. */
export async function runCall(
  { ctx, serverId, tool }: Target,
  form: SentForm,
  as: string | null,
): Promise<ToolCall> {
  const call = newCall(tool, as);
  const turn = await takeTurn(
    form,
    () => (call.as === "json" ? readJson(form.text("json") || call.json) : readForm(call.fields ?? [], form)),
    (input) =>
      ask(ctx, input, () =>
        catalog.callTool(ctx, serverId, tool.name, { arguments: input.args, ...input.answers }),
      ),
  );
  const typed = form.has("requests") ? null : (name: string) => form.all(name);
  const json = turn.args ? JSON.stringify(turn.args, null, 2) : form.text("json") || call.json;
  return { ...call, ...turn, typed, json, outcome: turn.done && outcomeOf(turn.done, turn.ms) };
}

type Result = Exclude<Awaited<ReturnType<typeof catalog.callTool>>, catalog.InputRequired>;

const outcomeOf = (result: Result, ms: number): Outcome => ({
  ms,
  isError: result.isError,
  contents: result.content.map(contentOf),
  structured: result.structuredContent === undefined ? null : jsonOf(result.structuredContent),
  json: JSON.stringify(result, null, 2),
});

type ReadJson = { ok: true; value: Schema } | { ok: false; errors: Record<string, string> };

function readJson(text: string): ReadJson {
  try {
    const value = JSON.parse(text) as Json;
    if (isSchema(value)) return { ok: true, value };
    return { ok: false, errors: { json: "Write an object, such as {}." } };
  } catch {
    return { ok: false, errors: { json: "This is not valid JSON." } };
  }
}

/** To begin with: what is needed, with the defaults that the schema names. */
function skeletonOf(fields: FormField[] | null): string {
  const entries = (fields ?? [])
    .filter(({ isRequired, initial }) => isRequired || initial.length > 0)
    .map(({ property, input, initial }): [string, Json] => [property, startOf(input, initial)]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}

function startOf(input: FormField["input"], initial: string[]): Json {
  const [first = ""] = initial;
  switch (input.kind) {
    case "number":
      return Number(first);
    case "boolean":
      return first === "true";
    case "choice":
      return input.choices[Number(first)]?.value ?? null;
    case "choices":
      return initial.map((index) => input.choices[Number(index)]?.value ?? null);
    case "lines":
      return first === "" ? [] : first.split("\n");
    case "group":
      return {};
    default:
      return first;
  }
}

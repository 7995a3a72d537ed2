import type { SentForm } from "#src/http/page-form.ts";
import {
  fieldsOf,
  type FormField,
  isSchema,
  type Json,
  readForm,
  type Schema,
} from "#src/lib/json-schema-form.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import { answersIn, questionsIn } from "#src/pages/catalog/questions.ts";
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
export async function runCall(target: Target, form: SentForm, as: string | null): Promise<ToolCall> {
  const fresh = newCall(target.tool, as);
  if (form.has("requests")) return goOn(target, fresh, form);

  const call = { ...fresh, typed: (name: string) => form.all(name), json: form.text("json") || fresh.json };
  const read = call.as === "json" ? readJson(call.json) : readForm(call.fields ?? [], form);
  if (!read.ok) return { ...call, refused: { message: null, fields: read.errors } };
  return await withAnswer(
    target,
    { ...call, json: JSON.stringify(read.value, null, 2) },
    { arguments: read.value },
  );
}

async function goOn(target: Target, call: ToolCall, form: SentForm): Promise<ToolCall> {
  const requests = objectIn(form.text("requests"));
  const args = objectIn(form.text("arguments"));
  const questions = questionsIn(requests);
  const answers = answersIn(questions, form);
  const state = form.has("requestState") ? form.text("requestState") : null;
  if (!answers.ok)
    return {
      ...call,
      refused: { message: null, fields: answers.errors },
      asked: {
        questions,
        typed: (name) => form.all(name),
        requests: form.text("requests"),
        state,
        arguments: form.text("arguments"),
      },
    };
  const input = {
    arguments: args,
    inputResponses: answers.responses,
    ...(state === null ? {} : { requestState: state }),
  };
  return await withAnswer(target, { ...call, json: JSON.stringify(args, null, 2) }, input);
}

/** What keeps the tool from answering is told with the form and what was typed. */
async function withAnswer(
  { ctx, serverId, tool }: Target,
  call: ToolCall,
  input: catalog.CallInput,
): Promise<ToolCall> {
  const began = performance.now();
  const { done: result, trouble } = await inPlace(ctx, () =>
    catalog.callTool(ctx, serverId, tool.name, input),
  );
  if (result === null) return { ...call, trouble };
  if (!("inputRequired" in result)) return { ...call, outcome: outcomeOf(result, performance.now() - began) };
  const { inputRequests, requestState } = result.inputRequired;
  return {
    ...call,
    asked: {
      questions: questionsIn(inputRequests),
      typed: null,
      requests: JSON.stringify(inputRequests),
      state: requestState ?? null,
      arguments: JSON.stringify(input.arguments),
    },
  };
}

type Result = Exclude<Awaited<ReturnType<typeof catalog.callTool>>, { inputRequired: unknown }>;

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

/** What we wrote into a hidden field ourselves; whoever changed it gets what they made of it. */
function objectIn(text: string): Schema {
  const read = readJson(text);
  return read.ok ? read.value : {};
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

import type { SentForm } from "#src/http/page-form.ts";
import {
  fieldsOf,
  fillForm,
  parseObject,
  readForm,
  type ReadForm,
  type Schema,
  skeletonOf,
  Unreadable,
} from "#src/lib/json-schema-form.ts";
import { type Runs, type ToolResult } from "#src/pages/catalog/runs.ts";
import { switched } from "#src/pages/catalog/switch.ts";
import { ask, takeTurn, type Turn } from "#src/pages/catalog/turn.ts";
import * as catalog from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import { issue } from "#src/services/run-tickets.ts";
import { contentOf, jsonOf } from "#views/catalog/content.ts";
import type { Outcome } from "#views/catalog/outcome.tsx";
import type { Tool } from "#views/catalog/said.ts";
import type { ToolCall } from "#views/catalog/tool.tsx";

export type Target = { ctx: Ctx; serverId: number; tool: Tool };

/** A call that nobody has begun: the form as the schema makes it, with a ticket to send it by. */
export function newCall({ ctx, serverId, tool }: Target, as: string | null): ToolCall {
  const fields = fieldsOf(tool.input, "arg");
  return {
    fields,
    as: as === "json" || fields === null ? "json" : "form",
    isSwitched: false,
    typed: null,
    json: written(skeletonOf(fields ?? [])),
    ticket: issue(ctx, { serverId, tool: tool.name }),
    refused: null,
    trouble: null,
    outcome: null,
    isRepeat: false,
    asked: null,
  };
}

/** Does what was pressed: calls the tool, goes on with a call that waited for answers, or shows the form the other way. */
export const callBy =
  (form: SentForm, runs: Runs) =>
  async (target: Target, as: string | null): Promise<ToolCall> => {
    const fresh = newCall(target, as);
    const isFirst = !form.has("requests");
    const call = isFirst
      ? { ...fresh, typed: (name: string) => form.all(name), json: form.text("json") }
      : fresh;
    if (isFirst && form.has("show")) return switched(target.ctx, call, form);

    const { ctx, serverId, tool } = target;
    const turn = await takeTurn(
      ctx,
      form,
      () => (call.as === "json" ? readJson(call.json) : readForm(call.fields ?? [], form)),
      (input) =>
        runs({ ctx, serverId, tool: tool.name, ticket: form.text("ticket"), input }, () =>
          ask(ctx, input, () =>
            catalog.callTool(ctx, serverId, tool.name, { arguments: input.args, ...input.answers }),
          ),
        ),
    );
    return afterTurn(call, turn);
  };

/** The arguments stay in the form, also those of a call that came back with answers. */
function afterTurn(call: ToolCall, { args, done, ms, ...turn }: Turn<ToolResult>): ToolCall {
  return {
    ...call,
    ...turn,
    typed: call.typed ?? (args && fillForm(call.fields ?? [], args).typed.all),
    json: args ? written(args) : call.json,
    outcome: done && outcomeOf(done, ms),
  };
}

function readJson(text: string): ReadForm {
  try {
    return { ok: true, value: parseObject(text) };
  } catch (failure) {
    if (!(failure instanceof Unreadable)) throw failure;
    return { ok: false, errors: { json: failure.message } };
  }
}

const outcomeOf = (result: ToolResult, ms: number): Outcome => ({
  ms,
  isError: result.isError,
  contents: result.content.map(contentOf),
  structured: result.structuredContent === undefined ? null : jsonOf(result.structuredContent),
  json: JSON.stringify(result, null, 2),
});

const written = (args: Schema): string => JSON.stringify(args, null, 2);

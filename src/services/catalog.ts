import { type Answers, callTool as call, getPrompt as get, readResource as readOne } from "#src/mcp/call.ts";
import { listPrompts, listResources, listTools } from "#src/mcp/catalog.ts";
import * as connections from "#src/services/connections.ts";
import type { Ctx } from "#src/services/context.ts";

/*
 * A server's tools, prompts and resources: live, with the asking member's own credential, field for field as the
 * server says them.
 */

export async function tools(ctx: Ctx, serverId: number) {
  const { items, truncated } = await connections.read(ctx, serverId, listTools, countOf("tools"));
  return { tools: items, ...marked(truncated) };
}

export async function prompts(ctx: Ctx, serverId: number) {
  const { items, truncated } = await connections.read(ctx, serverId, listPrompts, countOf("prompts"));
  return { prompts: items, ...marked(truncated) };
}

export async function resources(ctx: Ctx, serverId: number) {
  const { resources, resourceTemplates, truncated } = await connections.read(
    ctx,
    serverId,
    listResources,
    ({ resources, resourceTemplates }) => ({ resources: resources.length + resourceTemplates.length }),
  );
  return { resources, resourceTemplates, ...marked(truncated) };
}

export type { InputRequired } from "#src/mcp/call.ts";

/** With the answers to what the server asked for before, and the state it gave (2026-07-28, multi round-trip). */
export type CallInput = { arguments: Record<string, unknown> } & Answers;
export type GetInput = { arguments: Record<string, string> } & Answers;
export type ReadInput = { uri: string } & Answers;

export const callTool = (ctx: Ctx, serverId: number, name: string, input: CallInput) =>
  connections.use(
    ctx,
    serverId,
    (connection, signal) => call(connection, { name, ...input }, signal),
    "/arguments",
  );

export const getPrompt = (ctx: Ctx, serverId: number, name: string, input: GetInput) =>
  connections.use(
    ctx,
    serverId,
    (connection, signal) => get(connection, { name, ...input }, signal),
    "/arguments",
  );

export const readResource = (ctx: Ctx, serverId: number, input: ReadInput) =>
  connections.use(ctx, serverId, (connection, signal) => readOne(connection, input, signal), "/uri");

const countOf =
  (list: "tools" | "prompts") =>
  ({ items }: { items: unknown[] }) => ({ [list]: items.length });

/** Stands there only where the server offers more than we read. */
const marked = (isTruncated: boolean): { truncated?: true } => (isTruncated ? { truncated: true } : {});

import * as rows from "#src/db/credentials.ts";
import type { CatalogCounts } from "#src/db/schema.ts";
import { listPrompts, listResources, listTools } from "#src/mcp/catalog.ts";
import { announce } from "#src/services/changes.ts";
import { requireUsable, targetOf } from "#src/services/connections.ts";
import type { Ctx } from "#src/services/context.ts";
import { find } from "#src/services/servers/find.ts";
import { measured } from "#src/services/upstream-calls.ts";

const atMostMs = 10_000;

/**
 * Finds out how much a server offers the asking member, who looks at it: in their own name, on their own connection, and for
 * them alone. Nobody waits for it, it is done once, and one piece of it at a time takes one of the member's places upstream.
 * Programs are not shown it, so nothing is asked on their account.
 *
 * It is no use of the server by the member: nothing is noted but the counts, and a failure means nothing.
 */
export function learnCounts(ctx: Ctx, serverId: number): void {
  const { id, workspaceId } = ctx.member;
  ctx.lanes.run(`${workspaceId}/${id}`, () =>
    count({ ...ctx, signal: AbortSignal.timeout(atMostMs) }, serverId),
  );
}

async function count(ctx: Ctx, serverId: number): Promise<void> {
  const inUse = await find(ctx, serverId);
  requireUsable(ctx, inUse);
  const { server, credential } = inUse;
  if (credential === null || Object.keys(credential.catalogCounts).length > 0) return;

  const target = targetOf(ctx, inUse);
  const read = <T>(list: Parameters<typeof ctx.pool.read<T>>[1]): Promise<T> =>
    measured(ctx, () => ctx.pool.read(target, list, ctx.signal));
  const key = { workspaceId: server.workspaceId, serverId, memberId: ctx.member.id };
  const note = (counts: CatalogCounts): Promise<void> => rows.noteCounts(ctx.db, key, counts);
  try {
    await note({ tools: (await read(listTools)).items.length });
    await note({ prompts: (await read(listPrompts)).items.length });
    const { resources, resourceTemplates } = await read(listResources);
    await note({ resources: resources.length + resourceTemplates.length });
  } finally {
    await announce(ctx, server);
  }
}

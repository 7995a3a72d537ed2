import { notFound } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as rows from "#src/db/servers.ts";
import { audit } from "#src/services/audit-events.ts";
import type { Ctx } from "#src/services/context.ts";
import { dropCredentials } from "#src/services/credential-drops.ts";
import type { Tally } from "#src/services/oauth/revocations.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { find } from "#src/services/servers/find.ts";

export type Removed = { deleted: true; id: number; revocations: Tally };

/** Removes the server with every credential, flow, test and live connection that belongs to it. @throws `not_found` */
export async function remove(ctx: Ctx, id: number): Promise<Removed> {
  const { server } = await find(ctx, id);
  const { dropped, tally } = await dropCredentials(
    ctx,
    server,
    (tx) => credentialRows.removeOfServer(tx, server.workspaceId, id),
    async (tx) => {
      if (!(await rows.remove(tx, server.workspaceId, id))) throw notFound();
    },
  );
  ctx.pool.drop(poolPrefix(server));
  await audit(ctx, {
    action: "server.deleted",
    target: { type: "server", id, name: server.name },
    details: { url: server.url, members: dropped.length, revocations: tally },
  });
  return { deleted: true, id, revocations: tally };
}

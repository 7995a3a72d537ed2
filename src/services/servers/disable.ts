import * as credentialRows from "#src/db/credentials.ts";
import * as clientRows from "#src/db/oauth-clients.ts";
import * as flowRows from "#src/db/oauth-flows.ts";
import * as rows from "#src/db/servers.ts";
import { audit } from "#src/services/audit-events.ts";
import type { Ctx } from "#src/services/context.ts";
import { dropCredentials } from "#src/services/credential-drops.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { isAdmin } from "#src/services/scopes.ts";
import { differenceFrom } from "#src/services/servers/difference.ts";
import { find, get } from "#src/services/servers/find.ts";
import { withoutClient } from "#src/services/servers/oauth-input.ts";
import type { McpServer } from "#src/services/servers/present.ts";

/**
 * Switches a server off. With `clearRegistration` the OAuth client is forgotten as well, the one an admin entered too;
 * members' tokens are revoked and dropped, and the server begins anew: at the same issuer, unless an admin asks for it.
 * Once is the same as twice.
 *
 * @throws {AppError} `not_found`
 */
export async function disable(ctx: Ctx, id: number, clearRegistration: boolean): Promise<McpServer> {
  const { server } = await find(ctx, id);
  const { workspaceId } = server;
  const change = differenceFrom(server, {
    ...(clearRegistration ? cleared(server.oauth) : {}),
    ...(clearRegistration && isAdmin(ctx) ? { issuer: null, otherIssuer: null } : {}),
    enabled: false,
  });
  if (!change && !(clearRegistration && (await clientRows.hasRemains(ctx.db, workspaceId, id))))
    return get(ctx, id);
  await dropCredentials(
    ctx,
    server,
    async (tx) => (clearRegistration ? credentialRows.removeOfServer(tx, workspaceId, id, "oauth") : []),
    async (tx) => {
      if (clearRegistration) {
        await clientRows.removeOfServer(tx, workspaceId, id);
        await flowRows.removeOfServer(tx, workspaceId, id);
      }
      await rows.update(tx, workspaceId, id, change ?? {});
      await audit(
        { ...ctx, db: tx },
        {
          action: "server.disabled",
          target: { type: "server", id, name: server.name },
          details: { clearRegistration },
        },
      );
    },
  );
  ctx.pool.drop(poolPrefix(server));
  return get(ctx, id);
}

/**
 * An admin's other switches, such as scopes and extra parameters, are about the server and stay. So does the issuer: whom
 * members' sign-ins go to, and whether one that came instead is taken, is an admin's to say.
 */
const cleared = (oauth: rows.ServerRow["oauth"]): rows.ServerChange => ({
  state: "REGISTER",
  registration: null,
  challenge: [],
  oauth: withoutClient(oauth),
  oauthSecret: null,
});

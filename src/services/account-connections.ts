import * as rows from "#src/db/account-connections.ts";
import type { AccountCtx, AuthType } from "#src/services/context.ts";
import { requireSession } from "#src/services/identity.ts";
import { scopesOfRole } from "#src/services/scopes.ts";

/** One of the account's own connections, in whichever workspace. */
export type AccountConnection = {
  workspace: { uuid: string; name: string };
  server: { id: number; name: string; authType: AuthType };
  /** Whether the account may end or renew it, by its role there. */
  mayChange: boolean;
  connection: "connected" | "expired";
  connectedAt: string;
  lastUsedAt: string | null;
};

const most = 500;

/** By workspace and name, at most 500. @throws {AppError} `insufficient_scope` for an API key: it knows one workspace */
export async function list(ctx: AccountCtx): Promise<AccountConnection[]> {
  requireSession(ctx.via);
  return (await rows.ofAccount(ctx.db, ctx.account.id, most)).map(present);
}

const present = (row: rows.AccountConnection): AccountConnection => ({
  workspace: { uuid: row.workspaceId, name: row.workspaceName },
  server: { id: row.serverId, name: row.serverName, authType: row.authType },
  mayChange: scopesOfRole(row.role).includes("apps:write"),
  connection: row.status,
  connectedAt: row.connectedAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});

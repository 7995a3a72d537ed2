import { AppError } from "#src/errors.ts";
import * as rows from "#src/db/credentials.ts";
import type { Refusal } from "#src/db/schema.ts";
import type { TokenError } from "#src/oauth/errors.ts";
import { auditByApp } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import type { KnownClient } from "#src/services/oauth/clients.ts";
import { keyOf } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

/*
 * A token endpoint that refuses what we send, of which no member can do anything: the grant is as good as before, and an
 * admin has the switches that may mend it.
 */

/** What is refused, after "its authorization server". */
const words: Record<Refusal, string> = {
  invalid_client: "does not accept our client",
  unauthorized_client: "does not let our client renew a sign-in",
  invalid_request: "takes our requests for malformed",
  invalid_scope: "does not grant the scopes of the sign-in any more",
  invalid_target: "does not know this server as a resource",
  unsupported_grant_type: "does not renew sign-ins in this way",
};

/** Null where the member's own turn has come: a client that we registered ourselves is registered anew with that. */
export function refusalOf({ kind, code }: TokenError, client: KnownClient | null): Refusal | null {
  const mayBeMended =
    kind === "refused" || (kind === "invalid_client" && client !== null && client.registration !== "dynamic");
  return mayBeMended && isRefusal(code) ? code : null;
}

const isRefusal = (code: string | null): code is Refusal => code !== null && Object.hasOwn(words, code);

/** Tells admins, once for each kind of refusal until the server grants something again. */
export async function noteRefusal(
  deps: Pick<Deps, "db" | "log">,
  server: Server,
  before: Pick<rows.CredentialRow, "memberId" | "refusal">,
  refusal: Refusal,
): Promise<void> {
  const { memberId } = before;
  deps.log.warn({ serverId: server.id, memberId, refusal }, "refresh refused");
  if (before.refusal === refusal) return;
  const isNews = !(await rows.isRefusedToOthers(deps.db, keyOf(server, memberId), refusal));
  if (isNews)
    await auditByApp(deps.db, server.workspaceId, {
      action: "refresh.refused",
      target: { type: "server", id: server.id, name: server.name },
      details: { error: refusal },
    });
  await announce(deps, server);
}

/** What the member is told, whose turn it is not. */
export const refusedRefresh = (
  server: Server,
  client: KnownClient | null,
  { refusal, cause }: { refusal: Refusal; cause: TokenError },
): AppError =>
  new AppError(
    "upstream_failed",
    `${server.name}'s authorization server ${saying(refusal, client)} (${refusal}). You stay connected: ask an admin of the workspace to look at the server's OAuth settings.`,
    { fields: { stage: "token" }, cause },
  );

function saying(refusal: Refusal, client: KnownClient | null): string {
  if (refusal !== "invalid_client") return words[refusal];
  return client?.registration === "manual"
    ? "does not accept the client that an admin entered"
    : "does not accept our client metadata document";
}

import { AppError } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import type { OAuthFlowRow } from "#src/db/oauth-flows.ts";
import { isForeignKeyViolation } from "#src/db/rows.ts";
import * as serverRows from "#src/db/servers.ts";
import { Secret } from "#src/lib/secret.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { exchangeCode, type Tokens } from "#src/oauth/exchange.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { authFields } from "#src/services/member-auth.ts";
import { asOfNow } from "#src/services/member-context.ts";
import { clientOf, forgetClient, type KnownClient, type UsedClient } from "#src/services/oauth/clients.ts";
import { type FlowSecrets, unknownFlow } from "#src/services/oauth/flow.ts";
import { columnsOf, grantOf, sealGrant } from "#src/services/oauth/grants.ts";
import { revokeUnkept } from "#src/services/oauth/revocations.ts";
import { countStepUps } from "#src/services/oauth/step-up.ts";
import { troubleOf } from "#src/services/oauth/trouble.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { type Server, viewerOf } from "#src/services/servers/find.ts";

/** An authorization that was in flight. */
export type BegunFlow = { flow: OAuthFlowRow; secrets: FlowSecrets };

/**
 * Trades the code of an authorization for the asking member's tokens and keeps them, before anything is tried with them.
 *
 * @throws {AppError} `authorization_required` where the code or our client was refused; `upstream_failed` and
 *   `upstream_timeout` for anything else; `not_found` where server or member are no longer what they were when it began
 */
export async function exchange(ctx: Ctx, server: Server, begun: BegunFlow, code: string): Promise<void> {
  const { flow, secrets } = begun;
  const { clientId, tokenEndpoint, tokenEndpointAuthMethod, revocationEndpoint } = secrets;
  const used = { issuer: flow.issuer, clientId, tokenEndpointAuthMethod };
  const client = await clientOf(ctx, server, used);
  if (!client || !isAsBegun(server, begun)) throw unknownFlow();

  const tokens = await trade(ctx, server, begun, { client, code }).catch(async (failure: unknown) => {
    if (!(failure instanceof TokenError)) throw failure;
    if (failure.kind === "invalid_client" && client.registration === "dynamic")
      await forgetClient(ctx, server, used);
    throw exchangeFailure(ctx, server, client, failure);
  });
  const grant = grantOf(tokens, {
    tokenEndpoint,
    revocationEndpoint,
    tokenEndpointAuthMethod,
    resource: flow.resource,
  });
  const sealed = sealGrant(ctx, server, ctx.member.id, grant);
  if (await keep(ctx, begun, used, { sealed, ...columnsOf(tokens) })) return;
  await revokeUnkept(ctx, server, { memberId: ctx.member.id, grant, client });
  throw unknownFlow();
}

/** Whatever belongs to the server is dropped where one of these changes; what was in flight then is, too. */
const isAsBegun = ({ authType, state, issuer, url }: Server, { flow, secrets }: BegunFlow): boolean =>
  authType === "oauth" && state !== "REGISTER" && issuer === flow.issuer && url === secrets.serverUrl;

const trade = (
  ctx: Ctx,
  server: Server,
  { flow, secrets }: BegunFlow,
  { client, code }: { client: KnownClient; code: string },
): Promise<Tokens> =>
  exchangeCode(ctx.fetch, {
    tokenEndpoint: secrets.tokenEndpoint,
    client,
    resource: flow.resource,
    tokenParameters: server.oauth.tokenParameters ?? {},
    code,
    codeVerifier: new Secret(secrets.codeVerifier),
    redirectUri: flow.redirectUri,
    scopes: flow.scopes,
  });

/** What is worth another try by the member, and what is not. */
function exchangeFailure(ctx: Ctx, server: Server, client: KnownClient, failure: TokenError): AppError {
  const isWorthTrying =
    failure.kind === "invalid_grant" ||
    (failure.kind === "invalid_client" && client.registration === "dynamic");
  return new AppError(
    isWorthTrying ? "authorization_required" : troubleOf(failure),
    `${server.name}: ${failure.message} Connect again.`,
    { fields: { ...authFields(ctx, server), stage: failure.stage }, cause: failure },
  );
}

type Columns = Pick<credentialRows.CredentialRow, "sealed" | "scopes" | "expiresAt" | "refreshAt">;

/** @returns false where server or client are no longer what they were, or the member's access or either of them is gone */
async function keep(ctx: Ctx, begun: BegunFlow, used: UsedClient, columns: Columns): Promise<boolean> {
  const { workspaceId, serverId, scopes } = begun.flow;
  const key = { workspaceId, serverId, memberId: ctx.member.id };
  const storing = ctx.db.transaction(async (tx) => {
    await serverRows.hold(tx, workspaceId, serverId, "share");
    const ctxNow = await asOfNow(ctx, tx);
    if (!ctxNow?.member.scopes.includes("apps:write")) return false;
    const now = await serverRows.forUse(tx, viewerOf(ctxNow), serverId);
    if (!now || !isAsBegun(now.server, begun)) return false;
    if (!(await clientOf({ ...ctx, db: tx }, now.server, used))) return false;
    await credentialRows.put(tx, key, {
      ...columns,
      kind: "oauth",
      issuer: used.issuer,
      clientId: used.clientId,
      stepUps: countStepUps(now.credential, scopes),
    });
    await audit(
      { ...ctx, db: tx },
      {
        action: "credential.connected",
        target: { type: "server", id: serverId, name: now.server.name },
        details: { scopes: columns.scopes, issuer: used.issuer },
      },
    );
    await announce({ db: tx }, now.server);
    return true;
  });
  const isKept = await storing.catch((error: unknown) => {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  });
  if (isKept) ctx.pool.drop(`${poolPrefix({ workspaceId, id: serverId })}${ctx.member.id}/`);
  return isKept;
}

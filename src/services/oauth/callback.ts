import { AppError, notFound } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as flowRows from "#src/db/oauth-flows.ts";
import { hashToken } from "#src/lib/tokens.ts";
import { Secret } from "#src/lib/secret.ts";
import { readCallback } from "#src/oauth/callback.ts";
import { CallbackError, TokenError } from "#src/oauth/errors.ts";
import { exchangeCode, type Tokens } from "#src/oauth/exchange.ts";
import { audit } from "#src/services/audit-events.ts";
import type { Account, Ctx, Deps } from "#src/services/context.ts";
import { ctxOfMember } from "#src/services/member-context.ts";
import { clientOf, forgetClient } from "#src/services/oauth/clients.ts";
import { type FlowSecrets, openFlow } from "#src/services/oauth/flow.ts";
import { columnsOf, keyOf, sealGrant } from "#src/services/oauth/grants.ts";
import { stepUpKey } from "#src/services/oauth/step-up.ts";
import { markReady, probeAs } from "#src/services/probes.ts";
import { find, type Server, type ServerInUse } from "#src/services/servers/find.ts";

/** What the browser brought back. */
export type Answer = {
  appUuid: string;
  query: URLSearchParams;
  /** What the flow cookie says; null without one. */
  browser: { workspaceId: string; secret: string } | null;
  /** Who is signed in there, if anybody. */
  account: Account | null;
};

/** Where to send the browser now, and what to tell the person: `problem` where the handshake failed; the token is kept. */
export type Finished = { workspaceId: string; serverId: number; serverName: string; returnTo: string | null; problem: string | null };

/**
 * Ends an authorization: checks that this answer is to what this browser began, trades the code, keeps the tokens and
 * tries them.
 *
 * The flow is used up by the first answer to it, whatever comes of that.
 *
 * @throws {AppError} `not_found` for a state that is unknown, used or too old; `invalid` for an answer that breaks a rule
 */
export async function finish(deps: Deps & { requestId: string }, answer: Answer): Promise<Finished> {
  const flow = await takeFlow(deps, answer);
  const ctx = await ctxOfMember(deps, flow.workspaceId, flow.memberId);
  if (!ctx || (answer.account && answer.account.id !== ctx.account.id)) throw unknownFlow();
  const use = await find(ctx, flow.serverId);
  if (use.server.appUuid !== answer.appUuid) throw unknownFlow();

  const secrets = openFlow(deps, flow);
  const code = codeIn(use.server, answer.query, flow.issuer, secrets);
  if (use.server.issuer !== flow.issuer) throw unknownFlow();
  const tokens = await exchange(ctx, use.server, flow, secrets, code);
  await keep(ctx, use, flow, secrets, tokens);
  return {
    workspaceId: flow.workspaceId,
    serverId: use.server.id,
    serverName: use.server.name,
    returnTo: flow.returnTo,
    problem: await tryOut(ctx, use.server.id),
  };
}

/** Without the cookie of the browser that began, a flow is neither found nor used up. */
async function takeFlow(deps: Deps, { query, browser }: Answer): Promise<flowRows.OAuthFlowRow> {
  const [state = "", ...more] = query.getAll("state");
  if (more.length > 0 || browser === null) throw unknownFlow();
  const flow = await flowRows.take(deps.db, {
    workspaceId: browser.workspaceId,
    stateHash: hashToken(state),
    browserHash: hashToken(browser.secret),
  });
  if (!flow) throw unknownFlow();
  return flow;
}

/** `iss` comes first: of a mix-up nothing is read and nothing shown. @throws {AppError} */
function codeIn(server: Server, query: URLSearchParams, issuer: string, { issParameterPromised }: FlowSecrets): string {
  try {
    const answer = readCallback(query, { issuer, authorizationResponseIssParameterSupported: issParameterPromised });
    if ("code" in answer) return answer.code;
    throw new AppError("authorization_required", `${server.name} did not let you in. You can try again.`, {
      fields: { error: answer.error, errorDescription: answer.description },
    });
  } catch (failure) {
    if (!(failure instanceof CallbackError)) throw failure;
    throw new AppError("bad_request", failure.message, { fields: { rule: failure.rule }, cause: failure });
  }
}

async function exchange(ctx: Ctx, server: Server, flow: flowRows.OAuthFlowRow, secrets: FlowSecrets, code: string): Promise<Tokens> {
  const client = await clientOf(ctx, server, { issuer: flow.issuer, clientId: secrets.clientId });
  if (!client) throw unknownFlow();
  try {
    return await exchangeCode(ctx.fetch, {
      tokenEndpoint: secrets.tokenEndpoint,
      client,
      resource: flow.resource,
      tokenParameters: server.oauth.tokenParameters ?? {},
      code,
      codeVerifier: new Secret(secrets.codeVerifier),
      redirectUri: flow.redirectUri,
      scopes: flow.scopes,
    });
  } catch (failure) {
    if (!(failure instanceof TokenError)) throw failure;
    if (failure.kind === "invalid_client") await forgetClient(ctx, server, flow.issuer);
    throw new AppError("upstream_failed", `${server.name}: ${failure.message} Connect again.`, {
      fields: { stage: failure.stage },
      cause: failure,
    });
  }
}

/** Kept before anything is tried with them. */
async function keep(ctx: Ctx, { server, credential }: ServerInUse, flow: flowRows.OAuthFlowRow, secrets: FlowSecrets, tokens: Tokens): Promise<void> {
  const sealed = sealGrant(ctx, server, ctx.member.id, {
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken?.reveal() ?? null,
    tokenEndpoint: secrets.tokenEndpoint,
    revocationEndpoint: secrets.revocationEndpoint,
    resource: flow.resource,
  });
  const wanted = credential?.wantedScopes ?? [];
  const attempts = credential?.stepUps ?? {};
  await credentialRows.put(ctx.db, keyOf(server, ctx.member.id), {
    kind: "oauth",
    sealed,
    issuer: flow.issuer,
    clientId: secrets.clientId,
    stepUps: wanted.length === 0 ? attempts : { ...attempts, [stepUpKey(wanted)]: (attempts[stepUpKey(wanted)] ?? 0) + 1 },
    ...columnsOf(tokens),
  });
  await audit(ctx, {
    action: "credential.connected",
    target: { type: "server", id: server.id, name: server.name },
    details: { scopes: tokens.scopes, issuer: flow.issuer },
  });
}

/** @returns what to tell the person where the new tokens did not lead to a handshake */
async function tryOut(ctx: Ctx, serverId: number): Promise<string | null> {
  const use = await find(ctx, serverId);
  const probe = await probeAs(ctx, use).catch((failure: unknown) => {
    ctx.log.warn({ requestId: ctx.requestId, serverId, error: failure }, "handshake after authorization failed");
    return null;
  });
  if (probe?.ok) {
    await markReady(ctx, use.server);
    return null;
  }
  return probe ? probe.error.message : "The connection could not be tried just now.";
}

const unknownFlow = (): AppError => {
  const { reason } = notFound();
  return new AppError(reason, "This sign-in is not known here, was used already, or is older than ten minutes. Connect again.");
};

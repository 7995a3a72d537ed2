import { AppError } from "#src/errors.ts";
import * as flowRows from "#src/db/oauth-flows.ts";
import { cleanText } from "#src/lib/text.ts";
import { hashToken } from "#src/lib/tokens.ts";
import { readCallback } from "#src/oauth/callback.ts";
import { CallbackError } from "#src/oauth/errors.ts";
import type { Account, Ctx, Deps } from "#src/services/context.ts";
import { authFields } from "#src/services/member-auth.ts";
import { ctxOfMember } from "#src/services/member-context.ts";
import { exchange } from "#src/services/oauth/exchange.ts";
import { openFlow, unknownFlow } from "#src/services/oauth/flow.ts";
import { stepUp } from "#src/services/oauth/step-up.ts";
import { markReady, probeAs } from "#src/services/probes.ts";
import { requireScope } from "#src/services/scopes.ts";
import { find, type Server } from "#src/services/servers/find.ts";

/** What the browser brought back. */
export type Answer = {
  appUuid: string;
  query: URLSearchParams;
  /** What the flow cookie says; null without one. */
  browser: { workspaceId: string; secret: string } | null;
  /** Who is signed in there, if anybody. */
  account: Account | null;
};

/** Where to send the browser now. */
export type Finished = {
  workspaceId: string;
  serverId: number;
  returnTo: string | null;
  /**
   * What the server made of the new tokens, which are kept in any case: of a silent one its last test says more, and one
   * that somebody disabled stays so.
   */
  server: "answering" | "silent" | "disabled";
};

/**
 * Ends an authorization: checks that this answer is to what this browser began, trades the code, keeps the tokens and
 * tries them.
 *
 * The flow is used up by the first answer to it, whatever comes of that.
 *
 * @throws {AppError} `not_found` for a state that is unknown, used or too old, or somebody else's; `bad_request` for an
 *   answer that breaks a rule; `authorization_required` where the authorization server said no; `upstream_failed`
 */
export async function finish(deps: Deps & { requestId: string }, answer: Answer): Promise<Finished> {
  const flow = await takeFlow(deps, answer);
  const ctx = await ctxOfMember(deps, flow.workspaceId, flow.memberId);
  if (!ctx || (answer.account && answer.account.id !== ctx.account.id)) throw unknownFlow();
  const { server } = await find(ctx, flow.serverId);
  if (server.appUuid !== answer.appUuid) throw unknownFlow();

  const begun = { flow, secrets: openFlow(deps, flow) };
  const code = codeIn(ctx, server, answer.query, {
    issuer: flow.issuer,
    authorizationResponseIssParameterSupported: begun.secrets.issParameterPromised,
  });
  requireScope(ctx.member, "apps:write");
  await exchange(ctx, server, begun, code);
  return {
    workspaceId: flow.workspaceId,
    serverId: server.id,
    returnTo: flow.returnTo,
    server: await tryOut(ctx, server.id),
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
function codeIn(
  ctx: Ctx,
  server: Server,
  query: URLSearchParams,
  expected: Parameters<typeof readCallback>[1],
): string {
  try {
    const answer = readCallback(query, expected);
    if ("code" in answer) return answer.code;
    throw new AppError("authorization_required", declined(server, answer.error), {
      fields: {
        ...authFields(ctx, server),
        error: cleanText(answer.error),
        errorDescription: answer.description && cleanText(answer.description),
      },
    });
  } catch (failure) {
    if (!(failure instanceof CallbackError)) throw failure;
    throw new AppError("bad_request", failure.message, { fields: { rule: failure.rule }, cause: failure });
  }
}

/** RFC 6749 §4.1.2.1: with `access_denied` mostly the person themselves pressed "Cancel". */
const declined = ({ name }: Server, error: string): string =>
  error === "access_denied"
    ? `You stopped the sign-in at ${name}. You can begin it again.`
    : `${name} did not let you in. You can try again.`;

/**
 * A handshake makes a server ready that was not yet. What the server asks for beyond what it was asked for is noted, so that
 * connecting again asks for that as well.
 */
async function tryOut(ctx: Ctx, serverId: number): Promise<Finished["server"]> {
  try {
    const use = await find(ctx, serverId);
    const probe = await probeAs(ctx, use);
    if (!probe.ok) {
      if (probe.error.kind === "insufficient_scope") await stepUp(ctx, use.server, probe.error);
      return "silent";
    }
    const { enabled } = use.server.state === "READY" ? use.server : await markReady(ctx, use.server);
    return enabled ? "answering" : "disabled";
  } catch (failure) {
    // No room for a try just now, or the server was deleted: the member is connected as far as it goes.
    if (failure instanceof AppError) return "silent";
    throw failure;
  }
}

import { AppError } from "#src/errors.ts";
import type { OAuthSettings } from "#src/db/schema.ts";
import type { McpError } from "#src/mcp/errors.ts";
import { discover, type Discovery, type DiscoveryStep } from "#src/oauth/discovery.ts";
import type { Registration } from "#src/oauth/registration.ts";
import type { Warning } from "#src/oauth/warnings.ts";
import type { AuthType, Ctx } from "#src/services/context.ts";
import { type FirstLook, firstLook } from "#src/services/discovery.ts";
import { untilGone } from "#src/services/cut-short.ts";
import { canPublishMetadata } from "#src/services/oauth/client-metadata.ts";
import { discoveryFailure } from "#src/services/oauth/discover.ts";
import { checkEgress } from "#src/services/servers/egress.ts";
import { serverUrl } from "#src/services/servers/input.ts";

/** How a server wants to be reached, as far as it tells somebody it does not know. */
export type OAuthDiscovery = {
  url: string;
  authType: AuthType;
  requiresAuth: boolean;
  registration: Registration | null;
  protectedResource: Discovery["protectedResource"];
  authorizationServer: Discovery["authorizationServer"] | null;
  /** What we would ask for. */
  scopes: string[];
  protocolVersion: string | null;
  serverInfo: object | null;
  warnings: Warning[];
};

/** What is asked, in this order: the server itself may be all, and say that it is open to everybody. */
export type LookStep = "server" | DiscoveryStep;

/**
 * Finds out how a server wants to be reached, and stores nothing.
 *
 * @param onStep - told of each step as it begins
 * @throws {AppError} `invalid`, `url_not_allowed`; `discovery_failed` for a server that speaks no MCP or whose metadata
 *   breaks a rule; `upstream_failed`, `upstream_timeout` for one that cannot be reached; `cancelled`
 */
export async function discoverOAuth(
  ctx: Ctx,
  text: string,
  onStep: (step: LookStep) => void = () => {},
): Promise<OAuthDiscovery> {
  const url = serverUrl(text);
  checkEgress(ctx, url);
  onStep("server");
  const look = await firstLook(ctx, url);
  if (look.probe.ok) return ofOpenServer(url, look.probe);
  if (look.authType === null) throw failureOf(look.probe.error);

  const found = await discoverAt(ctx, url, look, { settings: {}, onStep });
  return {
    url,
    authType: found ? "oauth" : "api_key",
    requiresAuth: true,
    registration: found?.registration ?? null,
    protectedResource: found?.protectedResource ?? null,
    authorizationServer: found?.authorizationServer ?? null,
    scopes: found?.scopes ?? [],
    protocolVersion: null,
    serverInfo: null,
    warnings: found?.warnings ?? [],
  };
}

/** How our client would come to be at a server, and at which issuer; null where that cannot be told yet. */
export async function registrationAt(
  ctx: Ctx,
  url: string,
  look: FirstLook,
  settings: OAuthSettings,
): Promise<{ registration: Registration | null; issuer: string | null }> {
  if (look.authType !== "oauth") return { registration: null, issuer: null };
  const found = await discoverAt(ctx, url, look, { settings }).catch((failure: unknown) => {
    if (failure instanceof AppError && failure.reason !== "cancelled") return null;
    throw failure;
  });
  const registration = settings.clientId === undefined ? found?.registration : "manual";
  return { registration: registration ?? null, issuer: found?.issuer ?? null };
}

const discoverAt = (
  ctx: Ctx,
  url: string,
  { probe }: FirstLook,
  { settings, onStep }: { settings: OAuthSettings; onStep?: (step: LookStep) => void },
): Promise<Discovery | null> =>
  untilGone(
    ctx,
    discover(ctx.fetch, url, {
      challenges: probe.ok ? [] : probe.error.challenge,
      issuer: null,
      allowances: { allowMissingPkceMetadata: settings.allowMissingPkceMetadata ?? false },
      canPublishMetadata: canPublishMetadata(ctx),
      signal: ctx.signal,
      ...(onStep ? { onStep } : {}),
    }),
  ).catch((failure: unknown) => {
    throw discoveryFailure(new URL(url).host, failure);
  });

const ofOpenServer = (url: string, probe: Extract<FirstLook["probe"], { ok: true }>): OAuthDiscovery => ({
  url,
  authType: "direct_auth",
  requiresAuth: false,
  registration: null,
  protectedResource: null,
  authorizationServer: null,
  scopes: [],
  protocolVersion: probe.protocolVersion,
  serverInfo: probe.serverInfo,
  warnings:
    probe.transport === "sse"
      ? [
          {
            code: "legacy_sse",
            message: "The server speaks HTTP+SSE, which newer revisions of MCP have given up.",
          },
        ]
      : [],
});

/** Something that answered, but not as an MCP server does, is not unreachable. */
function failureOf(error: McpError): AppError {
  const options = { fields: { stage: error.stage }, cause: error };
  const isTrouble =
    error.kind === "failed" &&
    (error.stage === "http" ? error.status === undefined : error.stage !== "handshake");
  if (error.kind === "timeout")
    return new AppError("upstream_timeout", "The server did not answer in time.", options);
  if (isTrouble || (error.status ?? 0) >= 500) return new AppError("upstream_failed", error.message, options);
  return new AppError("discovery_failed", `There is no MCP server at this URL: ${error.message}`, options);
}

import type { Ctx } from "#src/services/context.ts";
import { firstLook } from "#src/services/discovery.ts";
import { authorizationRequired, memberAuthRequired } from "#src/services/member-auth.ts";
import { clientFor } from "#src/services/oauth/clients.ts";
import { discover } from "#src/services/oauth/discover.ts";
import { keepRegistration } from "#src/services/oauth/registrations.ts";
import { markReady, probeAs, record } from "#src/services/probes.ts";
import { correctAuthType } from "#src/services/servers/correct.ts";
import { find, get, type Server, type ServerInUse } from "#src/services/servers/find.ts";
import type { McpServer } from "#src/services/servers/present.ts";
import { upstreamFailure } from "#src/services/upstream.ts";

/**
 * Takes a server one step on: a `READY` one is switched on, a `REGISTER` one is connected to or its next step found, an
 * `AUTHORIZE` one waits for a member's authorization, which may have come meanwhile.
 *
 * @throws {AppError} `authorization_required`, `manual_registration_required`, `member_auth_required`, or what broke
 */
export async function enable(ctx: Ctx, id: number): Promise<McpServer> {
  const use = await find(ctx, id);
  const { server } = use;
  if (server.state === "READY" && server.enabled) return get(ctx, id);

  if (server.state === "READY") await markReady(ctx, server);
  else if (server.state === "AUTHORIZE") await proveAuthorization(ctx, use);
  else await setUp(ctx, use);
  return get(ctx, id);
}

async function proveAuthorization(ctx: Ctx, use: ServerInUse): Promise<void> {
  if (use.credential?.status !== "connected") throw authorizationRequired(ctx, use.server);
  await handshake(ctx, use);
}

async function setUp(ctx: Ctx, use: ServerInUse): Promise<void> {
  const { server, credential } = use;
  // What members must bring is known: nothing is to be found out before the first of them has brought it.
  if (server.authType === "api_key" && credential) return handshake(ctx, use);
  if (server.authType === "api_key") throw memberAuthRequired(ctx, server);

  const look = await firstLook(ctx, server.url);
  await record(ctx, server, look.probe);
  if (look.probe.ok) return void (await markReady(ctx, await correctAuthType(ctx, server, "direct_auth")));
  if (look.authType === null) throw await upstreamFailure(ctx, server, look.probe.error);
  if (look.authType === "oauth") return prepareOAuth(ctx, server, look.probe.error.challenge);
  throw memberAuthRequired(ctx, await correctAuthType(ctx, server, "api_key"));
}

async function handshake(ctx: Ctx, use: ServerInUse): Promise<void> {
  const probe = await probeAs(ctx, use);
  if (!probe.ok) throw await upstreamFailure(ctx, use.server, probe.error);
  await markReady(ctx, use.server);
}

/** Discovers and registers, so that all a member has to do is to sign in. */
async function prepareOAuth(ctx: Ctx, server: Server, challenge: readonly string[]): Promise<void> {
  const discovery = await discover(ctx, server, challenge);
  if (!discovery) throw memberAuthRequired(ctx, server);
  await correctAuthType(ctx, server, "oauth");
  const { registration } = await clientFor(ctx, server, discovery);
  await keepRegistration(ctx, server, { registration, issuer: discovery.issuer });
}

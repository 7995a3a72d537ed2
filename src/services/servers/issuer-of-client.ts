import { AppError } from "#src/errors.ts";
import type { OAuthSettings } from "#src/db/schema.ts";
import type { Ctx } from "#src/services/context.ts";
import { firstLook } from "#src/services/discovery.ts";
import { registrationAt } from "#src/services/oauth-discovery.ts";
import type { OAuthInput } from "#src/services/servers/oauth-input.ts";

/** A client, or a secret of one, that is meant for one authorization server and for no other. */
export const entersClient = ({ clientId, clientSecret }: OAuthInput = {}): boolean =>
  Boolean(clientId) || Boolean(clientSecret);

/**
 * Whom a server names as its authorization server at this moment, so that a client that is entered goes nowhere else.
 *
 * @returns null where that cannot be told now, whyever
 * @throws {AppError} `cancelled`
 */
export async function issuerOfClient(ctx: Ctx, url: string, settings: OAuthSettings): Promise<string | null> {
  try {
    return (await registrationAt(ctx, url, await firstLook(ctx, url), settings)).issuer;
  } catch (failure) {
    if (failure instanceof AppError && failure.reason !== "cancelled") return null;
    throw failure;
  }
}

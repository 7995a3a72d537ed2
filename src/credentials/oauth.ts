import type { CredentialKind } from "#src/credentials/kind.ts";
import type { TokenEndpointAuthMethod } from "#src/oauth/client-authentication.ts";

/** What an OAuth credential holds, sealed as one text: the tokens, and the only places that they may be sent to. */
export type Grant = {
  accessToken: string;
  refreshToken: string | null;
  /** As recorded when the member authorized; a newer discovery changes nothing about them. */
  tokenEndpoint: string;
  revocationEndpoint: string | null;
  /** How our client proved itself there. */
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** RFC 8707; null where an admin turned it off. */
  resource: string | null;
  /** In milliseconds since 1970. */
  obtainedAt: number;
};

export const readGrant = (secret: string): Grant => JSON.parse(secret) as Grant;
export const writeGrant = (grant: Grant): string => JSON.stringify(grant);

/** Tokens that the member's own authorization brought; only the access token ever travels to the server. */
export const oauth: CredentialKind = {
  headers: (secret): Record<string, string> => (secret === null ? {} : bearer(readGrant(secret).accessToken)),
};

/** RFC 6750 §2.1: in the header, and nowhere else. */
export const bearer = (accessToken: string): Record<string, string> => ({
  Authorization: `Bearer ${accessToken}`,
});

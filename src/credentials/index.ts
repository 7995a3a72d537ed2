import { apiKey } from "#src/credentials/api-key.ts";
import { directAuth } from "#src/credentials/direct-auth.ts";
import type { CredentialKind } from "#src/credentials/kind.ts";
import { oauth } from "#src/credentials/oauth.ts";

/** Every way to be authorized; a new `authType` does not compile until it stands here. */
export const kinds = {
  oauth,
  direct_auth: directAuth,
  api_key: apiKey,
} satisfies Record<"oauth" | "direct_auth" | "api_key", CredentialKind>;

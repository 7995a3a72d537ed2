import type { CredentialKind } from "#src/credentials/kind.ts";

/** The member is linked, and nothing is sent. */
export const directAuth: CredentialKind = {
  headers: () => ({}),
};

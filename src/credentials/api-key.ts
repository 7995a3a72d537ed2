import type { CredentialKind } from "#src/credentials/kind.ts";

/** A secret that the member gave, in the header that the server's admin named. */
export const apiKey: CredentialKind = {
  headers: (secret, { headerName, headerPrefix }): Record<string, string> =>
    secret === null ? {} : { [headerName]: headerPrefix + secret },
};

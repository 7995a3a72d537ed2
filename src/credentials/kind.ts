/** The part of a server that decides where a secret goes. */
export type SecretPlace = { headerName: string; headerPrefix: string };

/** One way in which a member proves itself to a remote server. */
export type CredentialKind = {
  /** What goes with every request; `secret` is what the member's credential holds, opened. */
  headers(secret: string | null, place: SecretPlace): Record<string, string>;
};

import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";

export type ProviderId = "github" | "google" | "microsoft" | "oidc";

/** Who signed in there, in the provider's words. */
export type Person = {
  /** What the provider knows the person by: never changes, and is never given to anybody else. */
  subject: string;
  /** Null where the provider does not vouch that the address is theirs. */
  verifiedEmail: string | null;
  /** A stranger's text. */
  name: string | null;
};

/** A sign-in that was begun. All but the URL is for the one who finishes it. */
export type StartedSignIn = {
  /** Where to send the browser. */
  url: string;
  state: string;
  /** Ties the ID token to this sign-in (OpenID Connect Core §3.1.2.1). */
  nonce: string;
  codeVerifier: Secret;
};

/** What the browser brought back, and what was kept when it left. */
export type SignInAnswer = {
  query: URLSearchParams;
  /** The one that the code was asked for with. */
  redirectUri: string;
  nonce: string;
  codeVerifier: Secret;
};

/** Where people have an account that they may sign in with here. The operator chose it. */
export type Provider = {
  id: ProviderId;
  /** As a button says it. */
  name: string;
  begin(fetch: GuardedFetch, redirectUri: string): Promise<StartedSignIn>;
  /**
   * Trades the code and finds out who it is.
   *
   * @throws {CallbackError | TokenError | DiscoveryError | SignInError}
   */
  finish(fetch: GuardedFetch, answer: SignInAnswer): Promise<Person>;
};

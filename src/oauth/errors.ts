import type { Stage } from "#src/errors.ts";

/**
 * What discovery requires of the world. The first three are about reaching it: refused by the egress policy, no answer,
 * no answer in time. All others are rules that a document broke.
 */
export type DiscoveryRule =
  | "egress_policy"
  | "reachable"
  | "in_time"
  | "metadata_status"
  | "metadata_json"
  | "metadata_size"
  | "metadata_shape"
  | "metadata_present"
  | "https"
  | "resource_matches"
  | "authorization_servers_listed"
  | "issuer_identical"
  | "response_type_code"
  | "pkce_s256";

/** Why a server's way of authorization could not be learned. The message names the rule and quotes no document. */
export class DiscoveryError extends Error {
  override name = "DiscoveryError";
  readonly rule: DiscoveryRule;
  readonly stage: Stage;

  constructor(rule: DiscoveryRule, message: string, options: { stage?: Stage; cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.rule = rule;
    this.stage = options.stage ?? "http";
  }
}

/**
 * Why no client was registered: `refused` by the server in the words of RFC 7591 §3.2.2, `unusable` what it answered, or
 * `unavailable` for now.
 */
export class RegistrationError extends Error {
  override name = "RegistrationError";
  readonly kind: "refused" | "unusable" | "unavailable";
  readonly stage: Stage;
  /** The server's error code, where it gave one. */
  readonly code: string | null;

  constructor(
    kind: RegistrationError["kind"],
    message: string,
    options: { stage?: Stage; code?: string | null; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.stage = options.stage ?? "http";
    this.code = options.code ?? null;
  }
}

/**
 * Why a token request brought no token, by what to do next. `invalid_grant`: the grant is over, the member authorizes
 * anew. `invalid_client`: the server does not take our client, it is registered anew. `refused`: the same request would
 * fail again, until somebody changes what we send. `unavailable`: no usable answer; the same request may succeed later.
 */
export class TokenError extends Error {
  override name = "TokenError";
  readonly kind: "invalid_grant" | "invalid_client" | "refused" | "unavailable";
  readonly stage: Stage;
  /** The server's error code (RFC 6749 §5.2), where it gave one. Its description is not kept: servers echo in it. */
  readonly code: string | null;
  /** Whether the server may have done all the same what it was asked: then it has used up what was sent. */
  readonly mayHaveWorked: boolean;

  constructor(
    kind: TokenError["kind"],
    message: string,
    options: { stage?: Stage; code?: string | null; mayHaveWorked?: boolean; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.stage = options.stage ?? "token";
    this.code = options.code ?? null;
    this.mayHaveWorked = options.mayHaveWorked ?? false;
  }
}

/** Why the answer that a browser brought back is not read any further. */
export class CallbackError extends Error {
  override name = "CallbackError";
  readonly rule: "doubled_parameter" | "issuer_missing" | "issuer_identical" | "code_missing";

  constructor(rule: CallbackError["rule"], message: string) {
    super(message);
    this.rule = rule;
  }
}

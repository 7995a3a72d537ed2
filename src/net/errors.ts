/** How far a request came: name to address, connection, encryption, then the exchange itself. */
export type EgressStage = "dns" | "connect" | "tls" | "http";

/**
 * - `refused`: the egress policy forbids it, and nothing was dialled
 * - `failed`: the other side, or the way to it, is broken
 * - `timeout`, `too_large`: one of the limits of this request was reached
 */
export type EgressKind = "refused" | "failed" | "timeout" | "too_large";

/**
 * A request that did not succeed. A `TypeError`, as a failed fetch is: the MCP client takes anything else that is thrown
 * during discovery for "nothing there" and goes on.
 *
 * `message` is for the member: no header, no URL, nothing the other side said. What broke underneath is in `cause`.
 */
export class EgressError extends TypeError {
  override name = "EgressError";
  readonly kind: EgressKind;
  readonly stage: EgressStage;
  /** The line of configuration that would allow what was refused, where there is one. */
  readonly setting: string | null;

  constructor(
    kind: EgressKind,
    stage: EgressStage,
    message: string,
    options: { cause?: unknown; setting?: string | null } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.stage = stage;
    this.setting = options.setting ?? null;
  }
}

const FAILURES: Record<EgressStage, string> = {
  dns: "The server's name could not be looked up",
  connect: "The connection to the server failed",
  tls: "No secure connection to the server could be made",
  http: "The server broke off or did not speak HTTP",
};

const DELAYS: Record<EgressStage, string> = {
  dns: "Looking up the server's name took too long.",
  connect: "The server did not accept a connection in time.",
  tls: "The server did not complete a secure connection in time.",
  http: "The server did not answer in time.",
};

export function timedOut(stage: EgressStage): EgressError {
  return new EgressError("timeout", stage, DELAYS[stage]);
}

export function tooLarge(what: string): EgressError {
  return new EgressError("too_large", "http", `The server sent ${what} that is larger than we take.`);
}

/** Our own errors pass; what the runtime threw is told by its code alone, for its text may hold a name or an address. */
export function asEgressError(error: unknown, stage: EgressStage): EgressError {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  if (code === "ETIMEDOUT" || code === "ETIMEOUT") return timedOut(stage);
  return new EgressError("failed", stage, `${FAILURES[stage]}${code ? ` (${code})` : ""}.`, { cause: error });
}

/** The runtime's name for what happened, such as `ECONNREFUSED`. */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? code : null;
}

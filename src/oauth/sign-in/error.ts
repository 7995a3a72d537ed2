import type { Stage } from "#src/errors.ts";

/**
 * Why a provider's word did not sign anybody in. `declined`: it said no. `untrusted`: what it sent breaks a rule, and would
 * again. `unavailable`: it gave no usable answer; the same may succeed later.
 */
export class SignInError extends Error {
  override name = "SignInError";
  readonly kind: "declined" | "untrusted" | "unavailable";
  readonly stage: Stage;
  /** What the provider said of it, where it said no; a stranger's text. */
  readonly said: string | null;

  constructor(
    kind: SignInError["kind"],
    message: string,
    options: { stage?: Stage; said?: string | null; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.stage = options.stage ?? "http";
    this.said = options.said ?? null;
  }
}

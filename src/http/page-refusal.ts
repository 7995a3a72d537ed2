import { AppError, type ErrorCode, type FieldError } from "#src/errors.ts";
import { statusOf } from "#src/http/errors.ts";

/** Why a form was refused, to be shown with the form and what was typed. */
export type Refusal = {
  code: ErrorCode;
  status: number;
  /** About the form as a whole; null where each fault belongs to a field. */
  message: string | null;
  /** By the field's name. */
  fields: Record<string, string>;
  requestId: string;
};

/** What whoever filled in the form can mend in the form. */
const mendable: ErrorCode[] = ["invalid", "conflict", "url_not_allowed", "discovery_failed", "rate_limited"];

/**
 * Does what a form asks for.
 *
 * @param alsoMendable - further codes that are the form's own fault, such as a wrong password's
 * @returns what came of it, or why the form is shown again; every other failure is thrown
 */
export async function attempt<T>(
  { requestId }: { requestId: string },
  work: () => Promise<T>,
  alsoMendable: ErrorCode[] = [],
): Promise<{ done: T; refusal: null } | { done: null; refusal: Refusal }> {
  try {
    return { done: await work(), refusal: null };
  } catch (failure) {
    if (failure instanceof AppError && [...mendable, ...alsoMendable].includes(failure.reason))
      return { done: null, refusal: refusalOf(failure, requestId) };
    throw failure;
  }
}

/** `/oauth/clientId` is the field `oauth.clientId`. */
function refusalOf(failure: AppError, requestId: string): Refusal {
  const errors = (failure.fields["errors"] ?? []) as readonly FieldError[];
  return {
    code: failure.reason,
    // A 401 would ask for a key; what is wrong here is the form.
    status: failure.reason === "not_authenticated" ? 422 : statusOf[failure.reason],
    message: errors.length === 0 ? failure.message : null,
    fields: Object.fromEntries(
      errors.toReversed().flatMap(({ path, message }) => fieldsOf(path).map((name) => [name, message])),
    ),
    requestId,
  };
}

/** What is wrong with one entry is told at the field that holds them all; there the first fault is told. */
function fieldsOf(path: string): string[] {
  const names = path.slice(1).split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}

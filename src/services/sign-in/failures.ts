import { AppError } from "#src/errors.ts";
import { CallbackError, DiscoveryError, TokenError } from "#src/oauth/errors.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";

/**
 * What a provider does for us, with its failures in our words.
 *
 * @throws {AppError} `sign_in_failed` where the person may begin again, `upstream_failed` where that would not help
 */
export async function asking<T>(provider: Provider, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (failure) {
    throw inOurWords(provider, failure);
  }
}

function inOurWords({ name }: Provider, failure: unknown): unknown {
  if (failure instanceof SignInError && failure.kind === "declined")
    return signInFailed(`${name} did not sign you in. Begin again.`, {
      fields: { errorDescription: failure.said },
      cause: failure,
    });
  if (failure instanceof CallbackError)
    return signInFailed(failure.message, { fields: { rule: failure.rule }, cause: failure });
  if (failure instanceof TokenError && failure.kind === "invalid_grant")
    return signInFailed("This sign-in was finished already, or took too long. Begin again.", {
      cause: failure,
    });
  if (failure instanceof SignInError || failure instanceof TokenError || failure instanceof DiscoveryError)
    return new AppError("upstream_failed", `You could not be signed in with ${name}. ${failure.message}`, {
      fields: { stage: failure.stage },
      cause: failure,
    });
  return failure;
}

export const signInFailed = (
  message: string,
  options: ConstructorParameters<typeof AppError>[2] = {},
): AppError => new AppError("sign_in_failed", message, options);

import {
  createGuardedFetch,
  EgressError,
  type GuardedFetch,
  type GuardedFetchOptions,
} from "#src/net/fetch.ts";

export const LOOPBACK = "127.0.0.1";

/** A guarded fetch that ends with its scope. Strict, and its resolver knows no name, unless told otherwise. */
export function guard(options: Partial<GuardedFetchOptions> = {}): GuardedFetch & Disposable {
  const guarded = createGuardedFetch({
    allowLoopback: false,
    exceptions: [],
    resolve: async () => [],
    ...options,
  });
  return Object.assign(guarded, { [Symbol.dispose]: () => guarded.close() });
}

/** May call loopback. */
export function localGuard(options: Partial<GuardedFetchOptions> = {}): GuardedFetch & Disposable {
  return guard({ allowLoopback: true, ...options });
}

/** What a request was refused or broken off with. Fails the test where it was not. */
export async function errorOf(attempt: Promise<unknown>): Promise<EgressError> {
  const outcome = await attempt.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof EgressError))
    throw new Error(`an EgressError was expected, not ${String(outcome)}`);
  return outcome;
}

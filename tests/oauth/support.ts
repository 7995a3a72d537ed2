import { createGuardedFetch } from "#src/net/fetch.ts";
import { DiscoveryError, RegistrationError, TokenError } from "#src/oauth/errors.ts";

/** The real guard, with the one opening that tests need. */
export const fetch = createGuardedFetch({ allowLoopback: true, exceptions: [] });

/** What a fake answers at a path: a document, or a whole response. */
export type Answer = object | Response | ((request: Request) => Response | Promise<Response>);

/** A fake server on loopback; 404 for every path that has no answer. */
export type Fake = Disposable & {
  origin: string;
  /** Requests so far, oldest first, as `GET /path`. */
  requests: string[];
  /** May be filled in after the start, when the origin is known. */
  answers: Record<string, Answer>;
};

export function startFake(answers: Record<string, Answer> = {}): Fake {
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      const answer = answers[pathname];
      if (answer === undefined) return new Response("Not here.", { status: 404 });
      if (typeof answer === "function") return answer(request);
      return answer instanceof Response ? answer.clone() : Response.json(answer);
    },
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    requests,
    answers,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** Authorization server metadata that breaks no rule. */
export function metadata(issuer: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    ...changes,
  };
}

type OAuthError = DiscoveryError | RegistrationError | TokenError;

/** The typed error that a promise ends in. Anything else fails the test. */
export async function failure<T extends OAuthError>(
  type: abstract new (...args: never[]) => T,
  promise: Promise<unknown>,
): Promise<T> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error("It succeeded.");
}

/** A body that never ends, as fast as it is read. */
export function endless(text: string): Response {
  const chunk = new TextEncoder().encode(text.repeat(1_000));
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
}

import { EgressError } from "#src/net/fetch.ts";

/** What an authorization server's trouble is called: it did not answer in time, or in a way that helps. */
export function troubleOf(failure: unknown): "upstream_timeout" | "upstream_failed" {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof EgressError && cause.kind === "timeout" ? "upstream_timeout" : "upstream_failed";
}

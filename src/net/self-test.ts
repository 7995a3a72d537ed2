import http from "node:http";
import https from "node:https";

type Client = { request(options: https.RequestOptions): http.ClientRequest };

/**
 * Proves that this runtime asks our `lookup` where to connect, on which everything here rests. To be awaited before the app
 * listens.
 *
 * @throws {Error} when a connection would have gone past the guard
 */
export async function assertLookupHonoured(clients: readonly Client[] = [http, https]): Promise<void> {
  for (const client of clients)
    if (!(await asksLookup(client)))
      throw new Error("This runtime ignores `lookup`: outgoing requests cannot be guarded.");
}

/** The name cannot exist (RFC 6761 §6.4), and the look-up fails, so nothing is ever dialled. */
function asksLookup(client: Client): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const refusal = new Error("as expected");
  const request = client.request({
    hostname: "self-test.invalid",
    agent: false,
    lookup: (_hostname, _options, callback) => queueMicrotask(() => callback(refusal, "")),
  });
  request.on("error", (error) => resolve(error === refusal));
  request.on("response", () => resolve(false));
  request.end();
  return promise;
}

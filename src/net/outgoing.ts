import { EgressError } from "#src/net/errors.ts";

/** A request with everything but its destination. */
export type Outgoing = {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
};

/** Ours to set: they frame the message or belong to the connection, and a caller's value could only contradict. */
const CONNECTION_HEADERS = [
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/**
 * Reads what a caller of `fetch` passed. The body is taken into memory whole: JSON-RPC and token requests are small, and a
 * known length is what every server understands.
 *
 * @throws {EgressError} `failed` for headers that cannot be sent, without telling them
 */
export async function readOutgoing(input: string | URL | Request, init: RequestInit): Promise<Outgoing> {
  const source = input instanceof Request ? new Request(input, init) : init;
  const headers = readHeaders(source.headers);
  const body = await readBody(source.body, headers);

  for (const name of CONNECTION_HEADERS) headers.delete(name);
  headers.set("accept-encoding", "gzip, br");
  if (!headers.has("accept")) headers.set("accept", "*/*");
  if (!headers.has("user-agent")) headers.set("user-agent", "Switchyard");
  return { method: (source.method ?? "GET").toUpperCase(), headers, body };
}

/** The runtime's own complaint may quote the value. */
function readHeaders(headers: RequestInit["headers"]): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new EgressError("failed", "http", "A header of our request cannot be sent.");
  }
}

async function readBody(body: RequestInit["body"], headers: Headers): Promise<Uint8Array | null> {
  if (body === null || body === undefined) return null;
  const encoded = new Response(body);
  const type = encoded.headers.get("content-type");
  if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  return new Uint8Array(await encoded.arrayBuffer());
}

import { randomBytes } from "node:crypto";

/** What is known of one request from its first moment on. */
export type RequestFacts = {
  /** Stands in the answer, in the log line and in an error. */
  id: string;
  startedAt: number;
  /** Headers that its answer carries, whatever that turns out to be. */
  headers: Record<string, string>;
};

const facts = new WeakMap<Request, RequestFacts>();

export function requestOf(request: Request): RequestFacts {
  let known = facts.get(request);
  if (!known) {
    const id = `req_${randomBytes(12).toString("base64url")}`;
    known = { id, startedAt: performance.now(), headers: { "x-request-id": id } };
    facts.set(request, known);
  }
  return known;
}

const nobody = "http://host.invalid";

/**
 * Where the request goes. Without a `Host`, or with one that is none, the runtime gives a path alone or nonsense: such a
 * request is refused, but it has to be read for that.
 */
export const urlOf = ({ url }: Request): URL =>
  URL.parse(url) ?? URL.parse(url.replace(/^https?:\/\/[^/]*/, ""), nobody) ?? new URL(nobody);

/** Whether the request can change something (RFC 9110 §9.2.1: the others are safe). */
export const isUnsafe = (request: Request): boolean => !["GET", "HEAD", "OPTIONS"].includes(request.method);

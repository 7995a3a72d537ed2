import { randomBytes } from "node:crypto";

/** What is known of one request from its first moment on; its log line and its errors share the `id`. */
export type RequestFacts = { id: string; startedAt: number };

const facts = new WeakMap<Request, RequestFacts>();

export function requestOf(request: Request): RequestFacts {
  let known = facts.get(request);
  if (!known) {
    known = { id: `req_${randomBytes(12).toString("base64url")}`, startedAt: performance.now() };
    facts.set(request, known);
  }
  return known;
}

/** Whether the request can change something (RFC 9110 §9.2.1: the others are safe). */
export const isUnsafe = (request: Request): boolean => !["GET", "HEAD", "OPTIONS"].includes(request.method);

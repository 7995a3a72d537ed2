import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import { urlOf } from "#src/http/request.ts";

/** What this machine calls itself, and no name server can give to somebody else (RFC 6761 §6.3). */
const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** Whether a `Host`, with or without a port, is the machine's name for itself. */
export const isLoopbackHost = (host: string): boolean => loopback.test(host);

/**
 * Answers for our own name, and for the machine's own, only.
 *
 * Elysia 1.4 looks for the path from the eleventh character of the URL on, so that a short `Host` would run another
 * route than the one asked for; and a name that an attacker points at us would make their page ours (DNS rebinding).
 */
export const hosts = (publicUrl: URL) => {
  const ours = publicUrl.host.toLowerCase();
  const names = new Set([
    ours,
    ...(publicUrl.port ? [] : [`${ours}:${publicUrl.protocol === "https:" ? 443 : 80}`]),
  ]);
  return new Elysia({ name: "http.hosts" }).onRequest(({ request }) => {
    // A request made in the process has no Host header, only its URL.
    const host = (request.headers.get("host") ?? urlOf(request).host).toLowerCase();
    if (!names.has(host) && !isLoopbackHost(host))
      throw new AppError("misdirected_request", `This address is not served here. Use ${publicUrl.origin}.`);
  });
};

import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import { urlOf } from "#src/http/request.ts";

/**
 * Answers for our own name only.
 *
 * Elysia 1.4 looks for the path from the eleventh character of the URL on, so that a short `Host` would run another
 * route than the one asked for; and links that are built from a foreign host would lead people astray.
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
    if (!names.has(host))
      throw new AppError("misdirected_request", `This address is not served here. Use ${publicUrl.origin}.`);
  });
};

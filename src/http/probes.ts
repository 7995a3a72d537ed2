import { timingSafeEqual } from "node:crypto";
import { Elysia } from "elysia";
import { notFound } from "#src/errors.ts";
import { errorResponse } from "#src/http/errors.ts";
import { urlOf } from "#src/http/request.ts";
import type { Metrics } from "#src/lib/metrics.ts";

type Health = { isReady(): Promise<boolean>; metrics: Metrics; metricsToken: string | null };

/**
 * `/healthz`, `/readyz` and `/metrics`, for machines.
 *
 * Answered before routing, because a load balancer asks by address and not by our public name.
 */
export const probes = ({ isReady, metrics, metricsToken }: Health) =>
  new Elysia({ name: "http.probes" }).onRequest(async ({ request }) => {
    if (request.method !== "GET" && request.method !== "HEAD") return;
    switch (urlOf(request).pathname) {
      case "/healthz":
        return Response.json({ status: "ok" }, { headers: noStore });
      case "/readyz": {
        const ready = await isReady();
        return Response.json(
          { status: ready ? "ok" : "unavailable" },
          { status: ready ? 200 : 503, headers: noStore },
        );
      }
      case "/metrics":
        if (!isAllowed(request, metricsToken)) return errorResponse(request, notFound());
        return new Response(await metrics.render(), {
          headers: { ...noStore, "content-type": metrics.contentType },
        });
      default:
        return;
    }
  });

const noStore = { "cache-control": "no-store" };

function isAllowed(request: Request, token: string | null): boolean {
  const [scheme = "", given = ""] = request.headers.get("authorization")?.split(" ") ?? [];
  if (token === null || scheme.toLowerCase() !== "bearer") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

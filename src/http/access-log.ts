import { Elysia } from "elysia";
import { requestOf } from "#src/http/request.ts";
import type { Logger } from "#src/lib/log.ts";
import type { Metrics } from "#src/lib/metrics.ts";

/**
 * One line and one measurement per request. The route's pattern stands there, never the path or the query: tokens of
 * invitations and icons travel in them.
 */
export const accessLog = (log: Logger, metrics: Metrics) =>
  new Elysia({ name: "http.access-log" }).onAfterResponse(
    { as: "global" },
    ({ request, route, set, responseValue }) => {
      const { id, startedAt } = requestOf(request);
      const status = responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200);
      const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
      metrics.observeRequest({ route: route || null, method: request.method, status, durationMs });
      log.info(
        { requestId: id, method: request.method, route: route || null, status, durationMs },
        "request",
      );
    },
  );

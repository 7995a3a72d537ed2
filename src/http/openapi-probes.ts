import { errorResponses } from "#src/http/openapi-errors.ts";

type Json = Record<string, unknown>;

/** Beside the others': the operator's, not any member's. */
export const metricsScheme = {
  type: "http",
  scheme: "bearer",
  description: "The operator's `METRICS_TOKEN`.",
};

const health = (status: "ok" | "unavailable", description: string) => ({
  description,
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["status"],
        properties: { status: { type: "string", const: status } },
      },
      example: { status },
    },
  },
});

const probe = (
  operationId: string,
  summary: string,
  { description, security = [], responses }: { description: string; security?: Json[]; responses: Json },
) => ({
  get: {
    operationId,
    tags: ["Operation"],
    summary,
    description,
    security,
    parameters: [],
    responses,
  },
});

const anybody = "By whatever name the app is asked, and without limit.\n\nPublic: no authentication.";

/** Of what `http/probes` answers before any route is looked for, so that no route can tell of it. */
export const probePaths: Json = {
  "/healthz": probe("getHealth", "See whether the process is alive.", {
    description: anybody,
    responses: { 200: health("ok", "Alive.") },
  }),
  "/readyz": probe("getReadiness", "See whether requests can be served.", {
    description: anybody,
    responses: {
      200: health("ok", "The database answers and has every migration."),
      503: health("unavailable", "It does not, for now: send requests to another instance."),
    },
  }),
  "/metrics": probe("getMetrics", "Read the metrics of this process.", {
    description:
      "In Prometheus' text format. Without `METRICS_TOKEN` there are none.\n\nRequires the operator's `METRICS_TOKEN`.",
    security: [{ metrics: [] }],
    responses: {
      200: {
        description: "The metrics.",
        content: {
          "text/plain": {
            schema: { type: "string" },
            example: "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 0.42\n",
          },
        },
      },
      ...errorResponses(["not_found"]),
    },
  }),
};

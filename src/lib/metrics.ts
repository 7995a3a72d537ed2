import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { registerProcessMetrics } from "#src/lib/process-metrics.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const UPSTREAM_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Labels come from closed sets, so nobody outside can make the number of series grow, or put a secret into one. */
export type Metrics = {
  /** `route` is the pattern (`/api/v2/w/:workspace/…`), never the path; null where no route matched. */
  observeRequest(request: { route: string | null; method: string; status: number; durationMs: number }): void;
  /** `stage` is where a call broke, null where it did not. */
  observeUpstreamCall(call: { outcome: UpstreamOutcome; stage: string | null; durationMs: number }): void;
  /** Asked at every scrape. */
  watchPool(countConnections: () => number): void;
  /** How many stored secrets a key other than the first has sealed, as of the last count. */
  setOutdatedSecrets(count: number): void;
  readonly contentType: string;
  /** In the Prometheus text format. */
  render(): Promise<string>;
};

export type UpstreamOutcome = "ok" | "refused" | "failed" | "timeout";

/** With a registry of its own: several apps in one process, as in tests, do not count together. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  registerProcessMetrics(registry);

  const requestLabels = ["route", "method", "status"] as const;
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: requestLabels,
    registers,
  });
  const requestDuration = new Histogram({
    name: "http_request_duration_seconds",
    help: "From a request's arrival to its answer.",
    labelNames: requestLabels,
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const upstreamDuration = new Histogram({
    name: "upstream_call_duration_seconds",
    help: "Calls to MCP servers, by how and where they ended.",
    labelNames: ["outcome", "stage"] as const,
    buckets: UPSTREAM_BUCKETS,
    registers,
  });

  const outdatedSecrets = new Gauge({
    name: "secrets_under_old_keys",
    help: "Stored secrets that are not yet sealed under the first key. At 0 the other keys can be dropped.",
    registers,
  });

  return {
    observeRequest({ route, method, status, durationMs }) {
      const labels = {
        route: route ?? "unmatched",
        method: METHODS.includes(method) ? method : "other",
        status: String(status),
      };
      requests.inc(labels);
      requestDuration.observe(labels, durationMs / 1_000);
    },

    observeUpstreamCall({ outcome, stage, durationMs }) {
      upstreamDuration.observe({ outcome, stage: stage ?? "none" }, durationMs / 1_000);
    },

    watchPool(countConnections) {
      new Gauge({
        name: "mcp_pool_connections",
        help: "Live connections to MCP servers.",
        registers,
        collect() {
          this.set(countConnections());
        },
      });
    },

    setOutdatedSecrets: (count) => outdatedSecrets.set(count),

    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

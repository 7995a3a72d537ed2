import { expect, test } from "bun:test";
import { createMetrics, type Metrics } from "#src/lib/metrics.ts";

async function sample(metrics: Metrics, series: string): Promise<number | undefined> {
  const line = (await metrics.render()).split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test("requests are counted and timed by route pattern, method and status", async () => {
  const metrics = createMetrics();

  metrics.observeRequest({ route: "/api/v2/me", method: "GET", status: 200, durationMs: 12 });
  metrics.observeRequest({ route: "/api/v2/me", method: "GET", status: 200, durationMs: 300 });

  const labels = 'route="/api/v2/me",method="GET",status="200"';
  expect(await sample(metrics, `http_requests_total{${labels}}`)).toBe(2);
  expect(await sample(metrics, `http_request_duration_seconds_sum{${labels}}`)).toBeCloseTo(0.312);
  expect(await sample(metrics, `http_request_duration_seconds_bucket{le="0.025",${labels}}`)).toBe(1);
});

test("a stranger's paths and methods make no new series", async () => {
  const metrics = createMetrics();

  for (let i = 0; i < 50; i += 1)
    metrics.observeRequest({ route: null, method: `X${i}`, status: 404, durationMs: 1 });

  expect(await sample(metrics, 'http_requests_total{route="unmatched",method="other",status="404"}')).toBe(
    50,
  );
  expect((await metrics.render()).match(/^http_requests_total\{/gm)).toHaveLength(1);
});

test("upstream calls are timed by outcome and stage", async () => {
  const metrics = createMetrics();

  metrics.observeUpstreamCall({ outcome: "ok", stage: null, durationMs: 40 });
  metrics.observeUpstreamCall({ outcome: "timeout", stage: "connect", durationMs: 5_000 });

  expect(await sample(metrics, 'upstream_call_duration_seconds_count{outcome="ok",stage="none"}')).toBe(1);
  expect(await sample(metrics, 'upstream_call_duration_seconds_sum{outcome="timeout",stage="connect"}')).toBe(
    5,
  );
});

test("the pool is counted at every scrape", async () => {
  const metrics = createMetrics();
  let connections = 3;
  metrics.watchPool(() => connections);

  expect(await sample(metrics, "mcp_pool_connections")).toBe(3);
  connections = 5;
  expect(await sample(metrics, "mcp_pool_connections")).toBe(5);
});

test("secrets under old keys are told as they were last counted", async () => {
  const metrics = createMetrics();

  metrics.setOutdatedSecrets(1_200);
  metrics.setOutdatedSecrets(7);

  expect(await sample(metrics, "secrets_under_old_keys")).toBe(7);
});

test("the process tells its processor time, memory, start and delay", async () => {
  const metrics = createMetrics();

  const nowSeconds = Date.now() / 1_000;
  expect(await sample(metrics, "process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(await sample(metrics, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect(await sample(metrics, "process_start_time_seconds")).toBeWithin(nowSeconds - 3_600, nowSeconds + 1);
  expect(await sample(metrics, "event_loop_delay_p99_seconds")).toBeWithin(0, 60);
});

test("two apps in one process do not count together", async () => {
  const [one, other] = [createMetrics(), createMetrics()];

  one.observeRequest({ route: "/healthz", method: "GET", status: 200, durationMs: 1 });

  expect(await other.render()).not.toContain("/healthz");
  expect(other.contentType).toStartWith("text/plain; version=0.0.4");
});

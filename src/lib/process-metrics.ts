import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, type Registry } from "prom-client";

/**
 * The usual process metrics, by their usual names. Not prom-client's own collection: it reads V8 heap spaces and handles,
 * and under Bun those answer zeros or worse.
 */
export function registerProcessMetrics(registry: Registry): void {
  const registers = [registry];

  let countedCpuSeconds = 0;
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time spent, user and system.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const cpuSeconds = (user + system) / 1e6;
      this.inc(Math.max(0, cpuSeconds - countedCpuSeconds));
      countedCpuSeconds = cpuSeconds;
    },
  });

  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process began, in seconds since 1970.",
    registers,
  }).set(Math.round(performance.timeOrigin / 1_000));

  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory that the process holds.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  const delay = monitorEventLoopDelay();
  delay.enable();
  new Gauge({
    name: "event_loop_delay_p99_seconds",
    help: "How late timers ran, 99th percentile since the last scrape.",
    registers,
    collect() {
      const nanoseconds = delay.percentile(99);
      this.set(Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0);
      delay.reset();
    },
  });
}

import type { Logger } from "#src/lib/log.ts";

const patienceMs = 10_000;

/**
 * Ends the process on SIGTERM or SIGINT: what is under way is answered, what is open is closed, and after ten seconds it
 * is over whatever still hangs. A second signal does not wait.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = async (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, "stopping");
    const impatience = setTimeout(() => {
      log.warn({}, "stopped without waiting any longer");
      process.exit(1);
    }, patienceMs);
    await stop().catch((error: unknown) => log.error({ error }, "could not stop cleanly"));
    clearTimeout(impatience);
    log.info({}, "stopped");
    process.exit(0);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

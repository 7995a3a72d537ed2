import type { Logger } from "#src/lib/log.ts";

/**
 * What the log says of errors that nobody caught, in one redacted line: Bun itself would print them with all that they
 * carry, such as a statement's values. A rejection that nobody heard costs whoever waited for it, and nobody else; after an
 * exception nothing is known of what it left undone, so the process ends with code 1 and its supervisor starts a new one.
 */
export function logStrayErrors(log: Logger): void {
  process.on("unhandledRejection", (error) => log.error({ error }, "a rejection that nobody heard"));
  process.on("uncaughtException", (error) => {
    log.error({ error }, "stopped by an error that nobody caught");
    process.exit(1);
  });
}

import { destination, pino, stdTimeFunctions } from "pino";
import { redact, redactText } from "#src/lib/redact.ts";

export { Secret } from "#src/lib/secret.ts";

type Write = (fields: Record<string, unknown>, message: string) => void;

/** One JSON object a line. Fields are copied through `redact` first, so a caller may pass errors and whole objects. */
export type Logger = {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  /** The same logger with fields that stand in every line, such as `requestId`. */
  child(fields: Record<string, unknown>): Logger;
};

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogDestination = { write(line: string): void };

/** @param options.destination - where lines go; standard output, written synchronously, unless told */
export function createLogger(options: { level: LogLevel; destination?: LogDestination }): Logger {
  const sink = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      // An error under `err` is a copy by then; pino's own serializer would take it for an error once more.
      serializers: { err: (copied: unknown) => copied },
      formatters: { level: (level) => ({ level }) },
    },
    // No transport: a worker thread would lose the last lines of a process that dies.
    options.destination ?? destination({ fd: 1, sync: true }),
  );

  const loggerWith = (bound: Record<string, unknown>): Logger => {
    const writeAt =
      (level: Exclude<LogLevel, "silent">): Write =>
      (fields, message) => {
        if (sink.isLevelEnabled(level)) sink[level](asLine({ ...bound, ...fields }), redactText(message));
      };
    return {
      debug: writeAt("debug"),
      info: writeAt("info"),
      warn: writeAt("warn"),
      error: writeAt("error"),
      child: (fields) => loggerWith({ ...bound, ...fields }),
    };
  };
  return loggerWith({});
}

/** Fields named like pino's own would stand twice in the line; they get a trailing underscore. */
function asLine(fields: Record<string, unknown>): Record<string, unknown> {
  const line = redact(fields);
  for (const name of ["level", "time", "msg"]) {
    if (name in line) {
      line[`${name}_`] = line[name];
      delete line[name];
    }
  }
  return line;
}

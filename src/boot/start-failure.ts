import { SettingsError } from "#src/settings.ts";

/** What to print of a start that failed: plain words where an operator can mend it, else the error with its stack. */
export function startFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ("code" in error && error.code === "EADDRINUSE")
    return "Something else listens on that address and port already. Stop it, or set PORT to another.";
  return error instanceof SettingsError || error.name === "StartError" ? error.message : error;
}

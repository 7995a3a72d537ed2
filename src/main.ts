import { createApp } from "#src/app.ts";
import { openDeps } from "#src/boot/deps.ts";
import { announce } from "#src/boot/announce.ts";
import { stopOnSignal } from "#src/boot/stop.ts";
import { readSettings, SettingsError } from "#src/settings.ts";

try {
  const settings = readSettings(process.env);
  const { deps, close } = await openDeps(settings);
  const app = createApp(deps).listen({
    hostname: deps.settings.host,
    port: deps.settings.port,
    // The limit is ours, which answers in our own shape and reads no byte more.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 60,
    // Bun's own error page, for whatever gets past ours, shows sources and stacks to whoever asks.
    development: false,
  });
  await announce(deps);
  stopOnSignal(deps.log, async () => {
    // Pages that are open would otherwise be waited for.
    deps.changes.close();
    await app.server?.stop();
    await close();
  });
} catch (error) {
  // What an operator can mend is said plainly; anything else keeps its stack.
  console.error(error instanceof SettingsError || isPlain(error) ? error.message : error);
  process.exit(1);
}

function isPlain(error: unknown): error is Error {
  return error instanceof Error && error.name === "StartError";
}

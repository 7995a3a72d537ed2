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
    // Ours is smaller and answers in our own shape; this one stops what does not even try.
    maxRequestBodySize: 8 * 1024 * 1024,
    idleTimeout: 60,
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

import { createApp } from "#src/app.ts";
import { openDeps } from "#src/boot/deps.ts";
import { announce } from "#src/boot/announce.ts";
import { startFailure } from "#src/boot/start-failure.ts";
import { logStrayErrors } from "#src/boot/stray-errors.ts";
import { stopOnSignal } from "#src/boot/stop.ts";
import { readSettings } from "#src/settings.ts";

try {
  const settings = readSettings(process.env);
  const { deps, stopWork, close } = await openDeps(settings);
  logStrayErrors(deps.log);
  const app = createApp(deps).listen({
    hostname: deps.settings.host,
    port: deps.settings.port,
    // The limit is ours, which answers in our own shape and reads no byte more.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 60,
    // Bun's own error page, for whatever gets past ours, shows sources and stacks to whoever asks.
    development: false,
    // Or a second process would share the port in silence, and answer every other request from its own database.
    reusePort: false,
  });
  await announce(deps);
  stopOnSignal(deps.log, async () => {
    // Pages that are open would otherwise be waited for.
    deps.changes.close();
    // At once, so that answers and tokens that are under way have the same time.
    await Promise.all([app.server?.stop(), stopWork()]);
    await close();
  });
} catch (error) {
  console.error(startFailure(error));
  process.exit(1);
}

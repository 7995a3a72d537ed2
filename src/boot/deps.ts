import { randomBytes } from "node:crypto";
import { startBackground } from "#src/boot/background.ts";
import { isMigrated, migrate } from "#src/db/migrate.ts";
import { type Database, openDatabase } from "#src/db/open.ts";
import { createKeyring, type Keyring } from "#src/lib/keyring.ts";
import { loadOrCreateKeys } from "#src/lib/keys-file.ts";
import { createLanes } from "#src/lib/lanes.ts";
import { createLogger, type Logger } from "#src/lib/log.ts";
import { createMetrics } from "#src/lib/metrics.ts";
import { createPool } from "#src/mcp/pool.ts";
import { assertLookupHonoured } from "#src/net/self-test.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { createChanges } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import { learnFrom } from "#src/services/learning.ts";
import { startIconRefresh } from "#src/services/icons.ts";
import { requireKeys, startResealing } from "#src/services/resealing.ts";
import type { Settings } from "#src/settings.ts";

export type Opened = {
  deps: Deps;
  database: Database;
  /** Ends what nobody waits for, after what is under way. Closing does so too. */
  stopWork(): Promise<void>;
  close(): Promise<void>;
};

/** Opens everything the app stands on, in the order in which one needs the other. */
export async function openDeps(given: Settings): Promise<Opened> {
  const log = createLogger({ level: given.logLevel });
  await assertLookupHonoured();
  const settings = { ...given, setupToken: given.setupToken ?? randomBytes(24).toString("base64url") };
  const database = await openDatabase(
    settings.databaseUrl ? { url: settings.databaseUrl } : { dataDir: settings.dataDir },
    (error) => log.error({ error }, "database upkeep failed"),
  );
  const keyring = await prepare(database, settings, log).catch(async (failure: unknown) => {
    await database.close();
    throw failure;
  });

  const fetch = createGuardedFetch({
    allowLoopback: settings.allowLoopback,
    exceptions: settings.egressAllow,
    ownUrl: settings.publicUrl,
  });
  const metrics = createMetrics();
  const pool = createPool({ fetch, onOpen: (target, connection) => learnFrom(deps, target, connection) });
  metrics.watchPool(() => pool.size);
  const isReady = async () => {
    await database.ping();
    return isMigrated(database);
  };
  const changes = createChanges(database, log);
  const lanes = createLanes({
    length: 10,
    onError: (error) => log.debug({ error }, "what a server offers is not known yet"),
  });
  const deps: Deps = {
    db: database.db,
    settings,
    keyring,
    fetch,
    pool,
    changes,
    lanes,
    log,
    metrics,
    isReady: () => isReady().catch(() => false),
  };

  const stops = [startIconRefresh(deps), startBackground(deps), startResealing(deps)];
  const stopWork = async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
  const close = async () => {
    await stopWork();
    await pool.close();
    fetch.close();
    await database.close();
  };
  return { deps, database, stopWork, close };
}

/** Brings the tables up to date, and the keys that open what stands in them. */
async function prepare(database: Database, settings: Settings, log: Logger): Promise<Keyring> {
  await migrate(database);
  const keyring = createKeyring(await keysOf(settings, log));
  await requireKeys({ db: database.db, keyring });
  return keyring;
}

async function keysOf({ encryptionKeys, dataDir }: Settings, log: Logger) {
  if (encryptionKeys.length > 0) return encryptionKeys;
  const file = await loadOrCreateKeys(dataDir);
  if (file.wasOpen)
    log.warn({ path: file.path }, "others could read the encryption keys until now; consider new ones");
  return file.keys;
}

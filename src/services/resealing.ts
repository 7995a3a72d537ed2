import { setTimeout as sleep } from "node:timers/promises";
import * as rows from "#src/db/sealed.ts";
import { StartError } from "#src/db/start-error.ts";
import { type Keyring, KeyringError, sealedUnder } from "#src/lib/keyring.ts";
import type { Deps } from "#src/services/context.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import { manualSecretFor } from "#src/services/oauth/clients.ts";
import * as flows from "#src/services/oauth/flow.ts";
import { secretFor } from "#src/services/oauth/registered-clients.ts";
import * as orders from "#src/services/oauth/revocation-orders.ts";

type Tools = Pick<Deps, "db" | "keyring" | "log" | "metrics">;

const atOnce = 50;
const reportEveryMs = 10_000;
/** Rows that were busy, or that another instance had taken and then let go. */
const againMs = 60_000;
/** An instance that still had the old key first may have sealed with it after the last look. */
const lookEveryMs = 600_000;

/** What the texts of each table are bound to, as those who seal them say it. */
const bindings: { [Place in rows.SealedPlace]: (bound: rows.Bound[Place]) => string } = {
  credentials: ({ serverId, memberId, ...server }) => sealedFor({ ...server, id: serverId }, memberId),
  servers: manualSecretFor,
  oauth_clients: ({ serverId, ...client }) => secretFor({ ...client, id: serverId }, client),
  oauth_flows: flows.aadOf,
  revocations: ({ workspaceId, id }) => orders.aadOf(workspaceId, id),
};

/** @throws {StartError} where something is sealed under a key that is not there, with what to do */
export async function requireKeys({ db, keyring }: Pick<Tools, "db" | "keyring">): Promise<void> {
  const counts = await rows.countByKey(db);
  const missing = counts.filter(({ keyId }) => !keyring.keyIds.includes(keyId));
  if (missing.length === 0) return;
  const needs = [...Map.groupBy(missing, ({ keyId }) => keyId)].map(
    ([keyId, of]) => `  key "${keyId}": ${of.map(({ place, count }) => `${count} in ${place}`).join(", ")}`,
  );
  throw new StartError(
    `Stored secrets are sealed under keys that are not among the encryption keys (${keyring.keyIds.join(", ")}):

${needs.join("\n")}

Put each back behind the first key, in ENCRYPTION_KEYS or in DATA_DIR/encryption-keys, and start again. A key can be
dropped once the log says that everything is sealed under the first key. If a key is lost, so is what it sealed: delete
those values, which begin with v1:<key>:, and their owners connect again.`,
  );
}

/**
 * Seals anew in the background, under the first key, what another one has sealed: at start, and until nothing is left. Any
 * number of instances may do so, while everybody works.
 *
 * @returns stops it, after the rows in hand
 */
export function startResealing(tools: Tools): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    while (!signal.aborted) {
      const left = await reseal(tools, signal).catch((error: unknown) => {
        tools.log.error({ error }, "stored secrets could not be sealed anew");
        return null;
      });
      await sleep(left === 0 ? lookEveryMs : againMs, undefined, { signal, ref: false }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

/**
 * Goes once through everything that is sealed.
 *
 * @returns how much is still sealed under other keys: what was busy, what another instance is at, what does not open
 */
export async function reseal(tools: Tools, stop: AbortSignal): Promise<number> {
  const [current, ...others] = tools.keyring.keyIds;
  const before = await countOutdated(tools);
  if (before > 0) tools.log.info({ left: before, keyId: current }, "sealing stored secrets anew");

  const pass = { resealed: 0, unopened: 0, reportedAt: performance.now() };
  if (before > 0) for (const place of rows.sealedPlaces) await resealAll(tools, place, pass, stop);

  const left = before > 0 ? await countOutdated(tools) : 0;
  const { resealed, unopened } = pass;
  if (unopened > 0)
    tools.log.error({ unopened }, "some stored secrets do not open with the keys that are there");
  if (left > 0) tools.log.info({ resealed, left }, "some stored secrets are not sealed anew yet");
  else if (others.length > 0)
    tools.log.info(
      { resealed, keyId: current },
      "everything is sealed under the first key: the others can be dropped",
    );
  return left;
}

/** One time through everything, as far as it has come. */
type Pass = { resealed: number; unopened: number; reportedAt: number };

async function resealAll(
  tools: Tools,
  place: rows.SealedPlace,
  pass: Pass,
  stop: AbortSignal,
): Promise<void> {
  let last: rows.RowKey | null = null;
  while (!stop.aborted) {
    const beganAt = performance.now();
    last = await resealSome(tools, place, pass, last);
    if (last === null) return;
    if (performance.now() - pass.reportedAt > reportEveryMs) {
      const left = await countOutdated(tools);
      tools.log.info({ resealed: pass.resealed, left }, "sealing stored secrets anew");
      pass.reportedAt = performance.now();
    }
    // Half of the time at most, so that those who wait for an answer have the other half.
    await sleep(performance.now() - beganAt);
  }
}

/** @returns the last row that was looked at; null where there was none beyond `after` */
function resealSome<Place extends rows.SealedPlace>(
  tools: Tools,
  place: Place,
  pass: Pass,
  after: rows.RowKey | null,
): Promise<rows.RowKey | null> {
  const prefix = sealedUnder(tools.keyring.keyIds[0]);
  return tools.db.transaction(async (tx) => {
    const claimed = await rows.claimOutdated(tx, place, { prefix, after, limit: atOnce });
    const replacements = claimed.flatMap(({ key, sealed, bound }) => {
      const anew = sealedAnew(tools.keyring, sealed, bindings[place](bound));
      return anew === null ? [] : [{ key, before: sealed, after: anew }];
    });
    pass.unopened += claimed.length - replacements.length;
    pass.resealed += await rows.replace(tx, place, replacements);
    return claimed.at(-1)?.key ?? null;
  });
}

/** Null for what does not open: it stays as it is, for whoever finds its key. */
function sealedAnew(keyring: Keyring, sealed: string, aad: string): string | null {
  try {
    return keyring.seal(keyring.open(sealed, aad), aad);
  } catch (failure) {
    if (failure instanceof KeyringError) return null;
    throw failure;
  }
}

/** Not under the first key; told to who watches. */
async function countOutdated({ db, keyring, metrics }: Tools): Promise<number> {
  const counts = await rows.countByKey(db);
  const outdated = counts.filter(({ keyId }) => keyId !== keyring.keyIds[0]);
  const count = outdated.reduce((sum, of) => sum + of.count, 0);
  metrics.setOutdatedSecrets(count);
  return count;
}

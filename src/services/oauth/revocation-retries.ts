import * as rows from "#src/db/revocations.ts";
import { KeyringError } from "#src/lib/keyring.ts";
import type { RevocationOutcome } from "#src/oauth/revocation.ts";
import { auditByApp } from "#src/services/audit-events.ts";
import type { Deps } from "#src/services/context.ts";
import { readOrder } from "#src/services/oauth/revocation-orders.ts";
import { carryOut } from "#src/services/oauth/revocations.ts";
import { ROUND, type RoundLimits, workThrough } from "#src/services/rounds.ts";

type Tools = Pick<Deps, "db" | "fetch" | "log" | "keyring">;

/** Some days, as the intervals grow. */
const maxAttempts = 10;
/** What one workspace may have open, so that an authorization server which is gone does not fill the table. */
const mostOpen = 20_000;

/** Tries again what failed before, at growing intervals, and gives up after some days. What is given up is told of. */
export async function retryRevocations(
  tools: Tools,
  stop: AbortSignal,
  { limits = ROUND, most = mostOpen }: { limits?: RoundLimits; most?: number } = {},
): Promise<void> {
  await giveUp(tools, await rows.removeBeyond(tools.db, most));
  await workThrough(
    {
      claim: (turns) => rows.claimDue(tools.db, turns),
      placeOf: (row) => row,
      work: (row) =>
        retry(tools, row).catch((error: unknown) => {
          tools.log.error({ server: row.serverName, error }, "a token could not be revoked");
        }),
    },
    stop,
    limits,
  );
}

async function retry(tools: Tools, row: rows.RevocationRow): Promise<void> {
  const outcome = await outcomeFor(tools, row);
  if (outcome !== "failed" || row.attempts < maxAttempts) return;
  await rows.remove(tools.db, row.workspaceId, row.id);
  await giveUp(tools, [row]);
}

/** An order that does not open fails like one that is refused: its key may come back. */
async function outcomeFor(tools: Tools, row: rows.RevocationRow): Promise<RevocationOutcome> {
  try {
    return await carryOut(tools, readOrder(tools, row));
  } catch (failure) {
    if (!(failure instanceof KeyringError)) throw failure;
    tools.log.error({ server: row.serverName, error: failure }, "a token could not be revoked");
    return "failed";
  }
}

/** The tokens of these are left to expire. */
async function giveUp({ db, log }: Tools, given: rows.RevocationRow[]): Promise<void> {
  const alike = Map.groupBy(given, ({ workspaceId, serverName }) => `${workspaceId} ${serverName}`);
  for (const [row, ...more] of alike.values()) {
    if (!row) continue;
    const { workspaceId, id, serverName, attempts } = row;
    const tokens = 1 + more.length;
    log.warn(
      { server: serverName, attempts, tokens },
      "tokens could not be revoked; they are left to expire",
    );
    await auditByApp(db, workspaceId, {
      action: "revocation.abandoned",
      target: { type: "revocation", id, name: serverName },
      details: { tokens, attempts },
    });
  }
}

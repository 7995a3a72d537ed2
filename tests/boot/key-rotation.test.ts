import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDeps } from "#src/boot/deps.ts";
import { revocations } from "#src/db/schema.ts";
import { countByKey } from "#src/db/sealed.ts";
import { StartError } from "#src/db/start-error.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { aadOf } from "#src/services/oauth/revocation-orders.ts";
import { readSettings } from "#src/settings.ts";

const DATA_DIR = await mkdtemp(join(tmpdir(), "switchyard-rotation-"));
afterAll(() => rm(DATA_DIR, { recursive: true }));

const keyOf = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;
const [k1, k2] = [keyOf("k1", 1), keyOf("k2", 2)];

const start = (...keys: string[]) =>
  openDeps(readSettings({ DATA_DIR, ENCRYPTION_KEYS: keys.join(","), LOG_LEVEL: "silent" }));

test("a key is replaced by three starts, and by fewer it is refused", async () => {
  const first = await start(k1);
  const { id: workspaceId } = await workspaces.insert(first.deps.db, "Ours");
  const id = crypto.randomUUID();
  await first.deps.db.insert(revocations).values({
    workspaceId,
    id,
    serverName: "Docs",
    sealed: first.deps.keyring.seal("order", aadOf(workspaceId, id)),
    retryAt: new Date(Date.now() + 600_000),
  });
  await first.close();

  const hasty = await start(k2).catch((error: unknown) => error);
  const rotating = await start(k2, k1);
  while ((await countByKey(rotating.deps.db)).some(({ keyId }) => keyId === "k1"));
  await rotating.close();
  const last = await start(k2);
  const [row] = await last.deps.db.select().from(revocations);
  const opened = last.deps.keyring.open(row?.sealed ?? "", aadOf(workspaceId, id));
  await last.close();

  expect(hasty).toBeInstanceOf(StartError);
  expect(String(hasty)).toContain('key "k1": 1 in revocations');
  expect(opened).toBe("order");
});

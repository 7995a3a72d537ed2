import { beforeEach, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import * as revocationRows from "#src/db/revocations.ts";
import { revocations, workspaces as workspaceRows } from "#src/db/schema.ts";
import type { Turns } from "#src/db/turns.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { testDatabase } from "#tests/support/database.ts";

/*
 * In what order things that are due are taken, told by revocations, which need nothing beside them.
 */

const { db } = await testDatabase();

beforeEach(async () => {
  await db.delete(workspaceRows);
});

const all: Turns = { limit: 100, perWorkspace: 100, perHost: 100, busy: { workspaces: [], hosts: [] } };

/** A workspace with so many due at each host, the given minutes ago. */
async function due(minutesAgo: number, hosts: Record<string, number>): Promise<string> {
  const { id: workspaceId } = await workspaces.insert(db, "Theirs");
  const rows = Object.entries(hosts).flatMap(([host, count]) =>
    Array.from({ length: count }, () => ({
      workspaceId,
      id: randomUUID(),
      serverName: host,
      host,
      sealed: "v1:k:x",
      retryAt: new Date(Date.now() - minutesAgo * 60_000),
    })),
  );
  await db.insert(revocations).values(rows);
  return workspaceId;
}

const claim = (turns: Partial<Turns>) => revocationRows.claimDue(db, { ...all, ...turns });
const countBy = <Row>(rows: Row[], of: (row: Row) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(rows, of)].map(([name, alike]) => [name, alike.length]));

test("of each workspace something is taken before of any more, however long one has been waiting", async () => {
  const many = await due(60, { "many.example": 20 });
  const few = await due(1, { "few.example": 1 });

  const taken = await claim({ limit: 3 });

  expect(countBy(taken, ({ workspaceId }) => workspaceId)).toEqual({ [many]: 2, [few]: 1 });
});

test("in a workspace the same holds for its hosts", async () => {
  await due(60, { "many.example": 20, "few.example": 1 });
  const justNow = new Date(Date.now() - 1_000);
  await db.update(revocations).set({ retryAt: justNow }).where(eq(revocations.host, "few.example"));

  const taken = await claim({ limit: 3 });

  expect(countBy(taken, ({ host }) => host)).toEqual({ "many.example": 2, "few.example": 1 });
});

test("at a host that all share, no workspace keeps the others from it", async () => {
  await due(60, { "shared.example": 20 });
  const few = await due(1, { "shared.example": 1 });

  const taken = await claim({ perHost: 2 });

  expect(taken).toHaveLength(2);
  expect(taken.map(({ workspaceId }) => workspaceId)).toContain(few);
});

test("nobody gets more than their share, with what they have under way already", async () => {
  const busy = await due(60, { "a.example": 5, "b.example": 5 });
  const other = await due(60, { "a.example": 5 });

  const taken = await claim({
    perWorkspace: 3,
    perHost: 2,
    busy: { workspaces: [busy, busy], hosts: ["a.example", "b.example"] },
  });

  const ofBusy = taken.filter(({ workspaceId }) => workspaceId === busy);
  expect(ofBusy.length).toBeLessThanOrEqual(1);
  expect(taken.filter(({ host }) => host === "a.example").map(({ workspaceId }) => workspaceId)).toEqual([
    other,
  ]);
});

test("a host that has its share under way uses up no turn of its workspace", async () => {
  const workspace = await due(60, { "full.example": 5 });
  await db.insert(revocations).values({
    workspaceId: workspace,
    id: randomUUID(),
    serverName: "free",
    host: "free.example",
    sealed: "v1:k:x",
    retryAt: new Date(0),
  });

  const taken = await claim({
    perWorkspace: 3,
    perHost: 2,
    busy: { workspaces: [workspace, workspace], hosts: ["full.example", "full.example"] },
  });

  expect(taken.map(({ host }) => host)).toEqual(["free.example"]);
});

test("whoever has their share under way takes no turn from the others of their host", async () => {
  const busy = await due(60, { "shared.example": 5 });
  const other = await due(1, { "shared.example": 5 });

  const taken = await claim({ perWorkspace: 1, perHost: 1, busy: { workspaces: [busy], hosts: [] } });

  expect(taken.map(({ workspaceId }) => workspaceId)).toEqual([other]);
});

test("what is claimed is not claimed again at once, and nothing before its time", async () => {
  await due(1, { "a.example": 3 });
  await due(-5, { "a.example": 3 });

  expect(await claim({})).toHaveLength(3);
  expect(await claim({})).toEqual([]);
});

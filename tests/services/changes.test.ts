import { expect, test } from "bun:test";
import { changesChannel } from "#src/db/changes.ts";
import { createLogger } from "#src/lib/log.ts";
import { announce, announceMember, createChanges } from "#src/services/changes.ts";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
const log = createLogger({ level: "silent" });
const workspaceId = crypto.randomUUID();

/** What a subscriber hears, in order; `next` waits for it. */
function listener(changes: ReturnType<typeof createChanges>, workspace = workspaceId) {
  const heard: (number | { memberId: number })[] = [];
  let wake = (): void => {};
  let isOver = false;
  const unsubscribe = changes.subscribe(workspace, {
    onChange(serverId) {
      heard.push(serverId);
      wake();
    },
    onMember(memberId) {
      heard.push({ memberId });
      wake();
    },
    onEnd() {
      isOver = true;
    },
  });
  const next = async (): Promise<(typeof heard)[number] | undefined> => {
    if (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift();
  };
  return { heard, next, unsubscribe, isOver: () => isOver };
}

/** Listening begins with the first subscriber and takes a moment: nothing is lost once this is heard. */
async function listening(changes: ReturnType<typeof createChanges>) {
  const other = crypto.randomUUID();
  const probe = listener(changes, other);
  const timer = setInterval(() => void announce(database, { workspaceId: other, id: 1 }), 20);
  await probe.next();
  clearInterval(timer);
  probe.unsubscribe();
}

test("a change is told with the commit that made it, and not at all without", async () => {
  const changes = createChanges(database, log);
  await listening(changes);
  const { next, heard } = listener(changes);

  const failed = database.db.transaction(async (tx) => {
    await announce({ db: tx }, { workspaceId, id: 1 });
    throw new Error("rolled back");
  });
  await expect(failed).rejects.toThrow("rolled back");
  await database.db.transaction((tx) => announce({ db: tx }, { workspaceId, id: 2 }));

  expect(await next()).toBe(2);
  expect(heard).toEqual([]);
});

test("nobody hears of another workspace, or of what is no change", async () => {
  const changes = createChanges(database, log);
  await listening(changes);
  const { next } = listener(changes);

  await announce(database, { workspaceId: crypto.randomUUID(), id: 1 });
  await database.notify(changesChannel, "anything");
  await database.notify(changesChannel, `${workspaceId}/1; drop`);
  await announce(database, { workspaceId, id: 3 });

  expect(await next()).toBe(3);
});

test("what happens to a member is told apart from what happens to a server", async () => {
  const changes = createChanges(database, log);
  await listening(changes);
  const { next } = listener(changes);

  await database.notify(changesChannel, `${workspaceId}/member/`);
  await database.notify(changesChannel, `${workspaceId}/members/5`);
  await announceMember(database, { workspaceId, id: 5 });
  await announce(database, { workspaceId, id: 5 });

  expect([await next(), await next()]).toEqual([{ memberId: 5 }, 5]);
});

test("who has unsubscribed hears nothing more, and a stop ends all the others", async () => {
  const changes = createChanges(database, log);
  await listening(changes);
  const [gone, staying] = [listener(changes), listener(changes)];

  gone.unsubscribe();
  gone.unsubscribe();
  await announce(database, { workspaceId, id: 4 });
  await staying.next();
  changes.close();

  expect(gone.heard).toEqual([]);
  expect([gone.isOver(), staying.isOver()]).toEqual([false, true]);
});

test("where nobody can be told, the pages that ask stay open, and the next one tries again", async () => {
  let tries = 0;
  const changes = createChanges({ listen: () => ((tries += 1), Promise.reject(new Error("down"))) }, log);

  const { isOver } = listener(changes);
  await Promise.resolve();
  await Promise.resolve();
  listener(changes);

  expect(isOver()).toBeFalse();
  expect(tries).toBe(2);
});

test("whoever subscribes first can wait until it is listened", async () => {
  const began = Promise.withResolvers<void>();
  const changes = createChanges({ listen: () => began.promise }, log);
  let isSettled = false;

  listener(changes);
  const listening = changes.listening().then(() => (isSettled = true));
  await Promise.resolve();
  const before = isSettled;
  began.resolve();
  await listening;

  expect([before, isSettled]).toEqual([false, true]);
});

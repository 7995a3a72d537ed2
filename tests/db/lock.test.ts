import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#src/db/open.ts";
import { accounts } from "#src/db/schema.ts";
import { StartError } from "#src/db/start-error.ts";
import { startApp } from "#tests/db/app-process.ts";

const directories = await mkdtemp(join(tmpdir(), "switchyard-lock-"));
afterAll(() => rm(directories, { recursive: true }));

test("a second process is refused, told what to do, and let in when the first has stopped", async () => {
  const dataDir = join(directories, "two");
  const first = startApp({ dataDir });
  expect(await first.says()).toBe("opened");

  const second = startApp({ dataDir });
  const refusal = await second.says();
  first.tell("stop");
  const firstExit = await first.exited;
  const third = startApp({ dataDir });

  expect(firstExit).toBe(0);
  expect(refusal).toContain(dataDir);
  expect(refusal).toMatch(/another Switchyard.*stop.*DATA_DIR.*DATABASE_URL/is);
  expect(await second.exited).toBe(1);
  expect(await third.says()).toBe("opened");
  await third.kill();
});

test("a second database of the same process is refused too, by whatever path", async () => {
  const dataDir = join(directories, "one");
  const alias = join(directories, "alias");
  const first = await openDatabase({ dataDir });
  await symlink(dataDir, alias);

  const second = await openDatabase({ dataDir: alias }).catch((error: unknown) => error);

  expect(second).toBeInstanceOf(StartError);
  await first.close();
});

test("a directory that cannot be written to is named, with what to do", async () => {
  const dataDir = join(directories, "file", "below");
  await writeFile(join(directories, "file"), "");

  const failure = await openDatabase({ dataDir }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(StartError);
  expect(String(failure)).toMatch(/file\/below.*DATA_DIR/s);
});

test("killed while it writes, nothing that it reported is gone, and the directory is free", async () => {
  const dataDir = join(directories, "killed");
  const reported: number[] = [];
  for (const rows of [200, 50, 1]) {
    const app = startApp({ dataDir });
    expect(await app.says()).toBe("opened");
    app.tell("write");
    for (let row = 0; row < rows; row++) reported.push(Number(await app.says()));
    await app.kill();
  }

  const { db, close } = await openDatabase({ dataDir });
  const stored = await db.select({ id: accounts.id }).from(accounts);
  await close();

  const ids = new Set(stored.map(({ id }) => id));
  expect(reported.filter((id) => !ids.has(id))).toEqual([]);
  expect(new Set(reported).size).toBe(251);
});

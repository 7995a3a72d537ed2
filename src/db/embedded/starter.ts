import { chmod, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/*
 * A new embedded database takes seconds and close to 1 GB of memory to make from nothing. So one is shipped, migrated
 * and empty; `bun run db:dump` makes it anew after a migration was added.
 */

export const STARTER_FILE = fileURLToPath(new URL("../../../drizzle/starter.tar.zst", import.meta.url));

/** The shipped database's directory, as a tar archive. */
export const readStarter = async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await Bun.zstdDecompress(await Bun.file(STARTER_FILE).bytes()));

/** Puts the shipped database in place: wholly and on the disk, or, where the process dies first, not at all. */
export async function unpackStarter(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await new Bun.Archive(await readStarter()).extract(unfinished);
  await chmod(unfinished, 0o700);
  for (const entry of await readdir(unfinished, { recursive: true, withFileTypes: true })) {
    await sync(join(entry.parentPath, entry.name));
  }
  await sync(unfinished);
  await rename(unfinished, directory);
  await sync(dirname(directory));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync();
  await file.close();
}

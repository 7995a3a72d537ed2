import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type EncryptionKey, generateEncryptionKey, parseEncryptionKeys } from "#src/lib/encryption-keys.ts";

const FILE_NAME = "encryption-keys";
const OTHERS = 0o077;

/** `wasOpen`: other users of the machine could read the file until now, which deserves a line in the log. */
export type KeysFile = { keys: EncryptionKey[]; path: string; isNew: boolean; wasOpen: boolean };

/**
 * The keys of an app that was given none: read from the data directory, made there on the first start. Whoever loses
 * the file loses every stored secret, so it is on the disk before anything is sealed with it. Processes that start at
 * the same moment get the same key. The file holds what ENCRYPTION_KEYS would, and may be edited to rotate keys.
 *
 * @throws {Error} naming the file, where it holds no usable keys, or where others can read it and that cannot be mended
 */
export async function loadOrCreateKeys(dataDir: string): Promise<KeysFile> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE_NAME);
  const isNew = !(await exists(path)) && (await create(path, dataDir));
  const wasOpen = await closeToOthers(path);

  const { keys, faults } = parseEncryptionKeys((await readFile(path, "utf8")).trim());
  if (faults.length > 0)
    throw new Error(`${path} cannot be used: ${faults.join("; ")}. Bring it back from a backup.`);
  return { keys, path, isNew, wasOpen };
}

/**
 * Written aside and then linked into place: linking fails where the name is taken, and the name never stands for half
 * a file. False where another process was first.
 */
async function create(path: string, directory: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  await writeThrough(aside, `${generateEncryptionKey()}\n`);
  try {
    await link(aside, path);
    await syncDirectory(directory);
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  } finally {
    await unlink(aside);
  }
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Windows has no such modes: every file would seem open there. */
async function closeToOthers(path: string): Promise<boolean> {
  if (process.platform === "win32" || ((await stat(path)).mode & OTHERS) === 0) return false;
  await chmod(path, 0o600);
  return true;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return false;
    throw error;
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

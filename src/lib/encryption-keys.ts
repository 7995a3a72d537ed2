import { randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/_-]{43}=?$/;

/** `id` stands in everything the key seals, so it must not be given to another key later. `key` has 32 bytes. */
export type EncryptionKey = { id: string; key: Uint8Array };

/**
 * Reads `id:base64-of-32-bytes`, comma-separated, the first being the one that seals.
 *
 * @returns every fault at once, each naming an entry by its place alone: what stands there may be a key
 */
export function parseEncryptionKeys(text: string): { keys: EncryptionKey[]; faults: string[] } {
  const keys: EncryptionKey[] = [];
  const faults: string[] = [];

  for (const [index, entry] of text.split(",").entries()) {
    const [id = "", encoded = "", ...rest] = entry.trim().split(":");
    const place = `entry ${index + 1}`;
    if (!KEY_ID.test(id) || encoded === "" || rest.length > 0)
      faults.push(`${place} is not of the form id:key, with an id of 1 to 32 letters, digits, _ and -`);
    else if (!BASE64_OF_32_BYTES.test(encoded))
      faults.push(`the key of ${place} is not the base64 of 32 bytes`);
    else if (keys.some((key) => key.id === id)) faults.push(`${place} repeats an id`);
    else keys.push({ id, key: new Uint8Array(Buffer.from(encoded, "base64")) });
  }
  return { keys, faults };
}

/** A new key, as `parseEncryptionKeys` reads it. Its id is random, so that a lost key is told from a wrong one. */
export function generateEncryptionKey(): string {
  return `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64")}`;
}

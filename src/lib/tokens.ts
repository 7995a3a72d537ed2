import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { decodeBase62, encodeBase62, randomBase62 } from "#src/lib/base62.ts";

const WORKSPACE_CHARS = 22;
const RANDOM_CHARS = 32;
const CHECKSUM_CHARS = 6;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `sy_` begins an API key, `syi_` an invitation. */
export type TokenPrefix = "sy_" | "syi_";

/**
 * Makes a token that carries its workspace, so that looking it up needs no index across workspaces, and a checksum, so
 * that a mistyped or invented one costs no look-up at all. 190 random bits.
 *
 * @returns the token, to be shown this once, and its hash, to be kept
 */
export function makeToken(prefix: TokenPrefix, workspaceId: string): { token: string; hash: string } {
  if (!UUID.test(workspaceId)) throw new TypeError("A workspace's id is a UUID.");
  const workspace = encodeBase62(BigInt(`0x${workspaceId.replaceAll("-", "")}`), WORKSPACE_CHARS);
  const body = prefix + workspace + randomBase62(RANDOM_CHARS);
  const token = body + checksum(body);
  return { token, hash: hashToken(token) };
}

/** What to look a token up by, or null where it cannot be one of ours. Takes whatever a stranger sends. */
export function readToken(prefix: TokenPrefix, text: string): { workspaceId: string; hash: string } | null {
  const bodyChars = prefix.length + WORKSPACE_CHARS + RANDOM_CHARS;
  if (text.length !== bodyChars + CHECKSUM_CHARS || !text.startsWith(prefix)) return null;

  const body = text.slice(0, bodyChars);
  if (!/^[0-9A-Za-z]+$/.test(text.slice(prefix.length)) || checksum(body) !== text.slice(bodyChars))
    return null;

  const workspace = decodeBase62(body.slice(prefix.length, prefix.length + WORKSPACE_CHARS));
  return workspace < 1n << 128n ? { workspaceId: toUuid(workspace), hash: hashToken(text) } : null;
}

/** SHA-256 in hex. Fast is right here: what it hashes is random, and cannot be guessed like a password. */
export function hashToken(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The value of a session's cookie: 32 random bytes in base64url. Only its `hashToken` is kept. */
export function sessionSecret(): string {
  return randomBytes(32).toString("base64url");
}

function checksum(body: string): string {
  return encodeBase62(BigInt(crc32(body)), CHECKSUM_CHARS);
}

function toUuid(value: bigint): string {
  const hex = value.toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

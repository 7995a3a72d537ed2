import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import type { EncryptionKey } from "#src/lib/encryption-keys.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+)$/;

/** Seals secrets at rest and signs what leaves and comes back. The first key works, all keys are honoured. */
export type Keyring = {
  /**
   * Encrypts under the first key.
   *
   * @param aad - where the secret lives (workspace, member, server, field): sealed text moved elsewhere does not open
   * @returns `v1:keyId:base64url(nonce | ciphertext | tag)`
   */
  seal(plaintext: string, aad: string): string;
  /** @throws {KeyringError} whose message names the key id at most, never what was sealed */
  open(sealed: string, aad: string): string;
  /**
   * HMAC-SHA256 in base64url, 43 characters.
   *
   * @param purpose - a constant of the code: a signature made for one purpose is worth nothing for another
   */
  sign(purpose: string, message: string): string;
  /** True where any key made the signature. Takes whatever a stranger sends, and never throws. */
  verify(purpose: string, message: string, signature: string): boolean;
  /** Of all keys, the one that seals first. */
  readonly keyIds: readonly [string, ...string[]];
};

/** What everything that a key has sealed begins with. */
export const sealedUnder = (keyId: string): string => `v1:${keyId}:`;

/** Why something sealed did not open: an operator must bring a key back, or the text is not what was sealed here. */
export class KeyringError extends Error {
  override name = "KeyringError";
  readonly reason: "unknown_key" | "malformed" | "does_not_open";
  readonly keyId: string | null;

  constructor(reason: KeyringError["reason"], keyId: string | null) {
    super(messages[reason](keyId));
    this.reason = reason;
    this.keyId = keyId;
  }
}

const messages: Record<KeyringError["reason"], (keyId: string | null) => string> = {
  unknown_key: (keyId) => `Sealed under key "${keyId}", which is not among ENCRYPTION_KEYS.`,
  malformed: () => "Not a sealed value: its format is not v1:keyId:data.",
  does_not_open: (keyId) =>
    `Does not open under key "${keyId}": it was changed, belongs elsewhere, or another key has that id.`,
};

/**
 * AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D §8.2.2), safe for 2^32 seals under one key. Encryption and
 * every signing purpose get a key of their own (HKDF, RFC 5869), so that none of them can be played against another.
 *
 * @throws {TypeError} without a key, on a key of the wrong length, and on an id given twice
 */
export function createKeyring(keys: readonly EncryptionKey[]): Keyring {
  const [first] = keys;
  if (!first) throw new TypeError("A keyring needs at least one key.");
  if (keys.some(({ key }) => key.length !== KEY_BYTES)) throw new TypeError("Every key has 32 bytes.");

  const sealingKeys = new Map(keys.map(({ id, key }) => [id, derive(key, "seal")]));
  if (sealingKeys.size !== keys.length) throw new TypeError("Two keys have the same id.");
  const firstSealingKey = derive(first.key, "seal");

  const derivedSigningKeys = new Map<string, { first: Buffer; all: Buffer[] }>();
  const signingKeys = (purpose: string): { first: Buffer; all: Buffer[] } => {
    const known = derivedSigningKeys.get(purpose);
    if (known) return known;
    const all = keys.map(({ key }) => derive(key, `sign:${purpose}`));
    const derived = { first: derive(first.key, `sign:${purpose}`), all };
    derivedSigningKeys.set(purpose, derived);
    return derived;
  };

  return {
    keyIds: [first.id, ...keys.slice(1).map(({ id }) => id)],

    seal(plaintext, aad) {
      const header = sealedUnder(first.id);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", firstSealingKey, nonce);
      cipher.setAAD(Buffer.from(header + aad));
      const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
      return header + Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString("base64url");
    },

    open(sealed, aad) {
      const { keyId, bytes } = parseSealed(sealed);
      const key = sealingKeys.get(keyId);
      if (!key) throw new KeyringError("unknown_key", keyId);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(sealedUnder(keyId) + aad));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const ciphertext = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString("utf8");
      } catch {
        throw new KeyringError("does_not_open", keyId);
      }
    },

    sign: (purpose, message) => hmac(signingKeys(purpose).first, message),

    verify(purpose, message, signature) {
      const given = Buffer.from(signature);
      let isGood = false;
      // Every key is tried, also after a match, so that time does not tell which one fits.
      for (const key of signingKeys(purpose).all) {
        const expected = Buffer.from(hmac(key, message));
        if (given.length === expected.length && timingSafeEqual(given, expected)) isGood = true;
      }
      return isGood;
    },
  };
}

function derive(key: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `switchyard:v1:${use}`, KEY_BYTES));
}

function hmac(key: Buffer, message: string): string {
  return createHmac("sha256", key).update(message).digest("base64url");
}

function parseSealed(sealed: string): { keyId: string; bytes: Buffer } {
  const [, keyId, encoded] = SEALED.exec(sealed) ?? [];
  if (!keyId || !encoded) throw new KeyringError("malformed", null);
  const bytes = Buffer.from(encoded, "base64url");
  // Decoding forgives stray bits in the last character; comparing what it encodes to again does not.
  const isCanonical = bytes.toString("base64url") === encoded;
  if (!isCanonical || bytes.length < NONCE_BYTES + TAG_BYTES) throw new KeyringError("malformed", keyId);
  return { keyId, bytes };
}

import { describe, expect, test } from "bun:test";
import { createKeyring, type Keyring, KeyringError, sealedUnder } from "#src/lib/keyring.ts";

const key = (id: string, fill: number) => ({ id, key: new Uint8Array(32).fill(fill) });
const keyring = createKeyring([key("k1", 1)]);
const aad = "credentials:w1:member7:server3:access_token";

function refusal(ring: Keyring, sealed: string, where: string): KeyringError {
  try {
    ring.open(sealed, where);
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
  throw new Error("It opened.");
}

describe("sealing", () => {
  for (const plaintext of ["", "token", "später 🗝️", "x".repeat(100_000)]) {
    test(`what was sealed opens (${plaintext.length} characters)`, () => {
      const sealed = keyring.seal(plaintext, aad);

      expect(keyring.open(sealed, aad)).toBe(plaintext);
    });
  }

  test("the sealed text names its version and key, and shows nothing else", () => {
    const sealed = keyring.seal("token", aad);

    expect(sealed).toMatch(/^v1:k1:[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.split(":")[2] ?? "", "base64url").toString("latin1")).not.toContain("token");
  });

  test("the same text sealed twice looks different, so equal secrets are not told", () => {
    expect(keyring.seal("token", aad)).not.toBe(keyring.seal("token", aad));
  });

  for (const elsewhere of ["", `${aad}x`, "credentials:w1:member8:server3:access_token"]) {
    test(`a sealed text moved to "${elsewhere}" does not open`, () => {
      const sealed = keyring.seal("token", aad);

      expect(refusal(keyring, sealed, elsewhere).reason).toBe("does_not_open");
    });
  }

  test("a change of any single bit of nonce, ciphertext or tag is noticed", () => {
    const [version, id, encoded = ""] = keyring.seal("token", aad).split(":");
    const bytes = Buffer.from(encoded, "base64url");

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const sealed = [version, id, changed.toString("base64url")].join(":");
      expect(refusal(keyring, sealed, aad).reason).toBe("does_not_open");
    }
  });

  test("a change of any single character is noticed, also where decoding would forgive it", () => {
    const sealed = keyring.seal("tokens", aad);

    for (let at = 0; at < sealed.length; at += 1) {
      for (const other of ["A", "_", "!", "="]) {
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
        if (changed !== sealed) expect(() => keyring.open(changed, aad)).toThrow(KeyringError);
      }
    }
    for (const changed of [`${sealed}A`, `${sealed}=`, `${sealed}\n`, ` ${sealed}`, sealed.slice(0, -1)])
      expect(() => keyring.open(changed, aad)).toThrow(KeyringError);
  });

  for (const garbage of [
    "",
    "v1",
    "v1:k1:",
    "v1:k1:AAAA",
    "v2:k1:AAAA",
    "v1::AAAA",
    "token",
    "v1:k1:\u0000",
    "🗝️",
  ]) {
    test(`${JSON.stringify(garbage)} is malformed`, () => {
      expect(refusal(keyring, garbage, aad).reason).toBe("malformed");
    });
  }
});

describe("rotation", () => {
  const before = createKeyring([key("k1", 1)]);
  const after = createKeyring([key("k2", 2), key("k1", 1)]);

  test("the new key seals, and what the old one sealed still opens", () => {
    const old = before.seal("token", aad);

    expect(after.open(old, aad)).toBe("token");
    expect(after.seal("token", aad)).toStartWith("v1:k2:");
  });

  test("the key that seals is the first of those that are named, and what it sealed begins with it", () => {
    expect(after.keyIds).toEqual(["k2", "k1"]);
    expect(after.seal("token", aad)).toStartWith(sealedUnder("k2"));
  });

  test("a missing key is named, so that an operator can bring it back", () => {
    const error = refusal(before, after.seal("token", aad), aad);

    expect(error.reason).toBe("unknown_key");
    expect(error.keyId).toBe("k2");
    expect(error.message).toContain('"k2"');
  });

  test("another key under the same id does not open", () => {
    const error = refusal(createKeyring([key("k1", 9)]), before.seal("token", aad), aad);

    expect(error.reason).toBe("does_not_open");
    expect(error.message).toContain('"k1"');
  });

  test("a sealed text does not open under another known key's id", () => {
    const sealed = after.seal("token", aad).replace("v1:k2:", "v1:k1:");

    expect(refusal(after, sealed, aad).reason).toBe("does_not_open");
  });

  test("signatures of the old key stay good, those of a key that is gone do not", () => {
    const old = before.sign("icon", "server 3");

    expect(after.verify("icon", "server 3", old)).toBe(true);
    expect(before.verify("icon", "server 3", after.sign("icon", "server 3"))).toBe(false);
  });
});

describe("signing", () => {
  const signature = keyring.sign("icon", "server 3");

  test("a signature is 43 characters that can stand in a URL", () => {
    expect(signature).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(keyring.verify("icon", "server 3", signature)).toBe(true);
  });

  test("another message, purpose or key makes another signature", () => {
    expect(keyring.verify("icon", "server 4", signature)).toBe(false);
    expect(keyring.verify("flow", "server 3", signature)).toBe(false);
    expect(createKeyring([key("k1", 2)]).verify("icon", "server 3", signature)).toBe(false);
  });

  test("purpose and message do not run into each other", () => {
    expect(keyring.sign("icon", "a")).not.toBe(keyring.sign("ico", "na"));
  });

  for (const garbage of [
    "",
    "A",
    signature.slice(0, -1),
    `${signature}A`,
    `${signature}=`,
    "é".repeat(43),
    "\0",
    "\ud800",
  ]) {
    test(`${JSON.stringify(garbage)} is false and no error`, () => {
      expect(keyring.verify("icon", "server 3", garbage)).toBe(false);
    });
  }

  test("a signature has one spelling", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const good = [...alphabet].filter((last) =>
      keyring.verify("icon", "server 3", signature.slice(0, -1) + last),
    );

    expect(good).toEqual([signature.slice(-1)]);
  });
});

test("a keyring needs keys of 32 bytes with different ids", () => {
  expect(() => createKeyring([])).toThrow(TypeError);
  expect(() => createKeyring([{ id: "k1", key: new Uint8Array(16) }])).toThrow(TypeError);
  expect(() => createKeyring([key("k1", 1), key("k1", 2)])).toThrow(TypeError);
});

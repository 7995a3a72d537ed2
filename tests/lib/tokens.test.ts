import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { encodeBase62, randomBase62 } from "#src/lib/base62.ts";
import { hashToken, makeToken, readToken, sessionSecret } from "#src/lib/tokens.ts";

const workspaceIds = [
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ...Array.from({ length: 200 }, () => crypto.randomUUID()),
];

describe("a token", () => {
  for (const [prefix, length] of [
    ["sy_", 63],
    ["syi_", 64],
  ] as const) {
    test(`${prefix} always has ${length} characters and gives its workspace back`, () => {
      for (const workspaceId of workspaceIds) {
        const { token, hash } = makeToken(prefix, workspaceId);

        expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{60}$`));
        expect(token).toHaveLength(length);
        expect(readToken(prefix, token)).toEqual({ workspaceId, hash });
      }
    });
  }

  test("is hashed with SHA-256", () => {
    const { token, hash } = makeToken("sy_", crypto.randomUUID());

    expect(hash).toBe(createHash("sha256").update(token).digest("hex"));
    expect(hash).toBe(hashToken(token));
  });

  test("is never made twice", () => {
    const workspaceId = crypto.randomUUID();
    const tokens = Array.from({ length: 1_000 }, () => makeToken("sy_", workspaceId).token);

    expect(new Set(tokens).size).toBe(1_000);
  });

  test("reads the same however its workspace's id was spelled", () => {
    const { token } = makeToken("sy_", "ABCDEF00-0000-4000-8000-00000000000F");

    expect(readToken("sy_", token)?.workspaceId).toBe("abcdef00-0000-4000-8000-00000000000f");
  });

  test("is not made for something that is no workspace's id", () => {
    for (const id of ["", "1", "not-a-uuid", "00000000000000000000000000000000"])
      expect(() => makeToken("sy_", id)).toThrow(TypeError);
  });
});

describe("no token is read", () => {
  const { token } = makeToken("sy_", crypto.randomUUID());

  test("with any one character changed", () => {
    for (let at = 0; at < token.length; at += 1) {
      for (const other of "0aZ_é") {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        if (changed !== token) expect(readToken("sy_", changed)).toBeNull();
      }
    }
  });

  test("with any two neighbours swapped", () => {
    for (let at = 3; at < token.length - 1; at += 1) {
      const changed = token.slice(0, at) + token[at + 1] + token[at] + token.slice(at + 2);
      if (changed !== token) expect(readToken("sy_", changed)).toBeNull();
    }
  });

  test("under the other prefix", () => {
    const invitation = makeToken("syi_", crypto.randomUUID()).token;

    expect(readToken("syi_", token)).toBeNull();
    expect(readToken("sy_", invitation)).toBeNull();
    expect(readToken("syi_", token.replace("sy_", "syi_"))).toBeNull();
  });

  test("with a workspace past 128 bits, however good its checksum", () => {
    const body = `sy_${"z".repeat(22)}${"0".repeat(32)}`;
    const forged = body + encodeBase62(BigInt(crc32(body)), 6);

    expect(forged).toHaveLength(63);
    expect(readToken("sy_", forged)).toBeNull();
  });

  for (const [what, text] of [
    ["nothing", ""],
    ["the prefix alone", "sy_"],
    ["one too short", token.slice(0, -1)],
    ["one too long", `${token}0`],
    ["a space before", ` ${token.slice(1)}`],
    ["a line break behind", `${token}\n`],
    ["a line break as the last character", `${token.slice(0, -1)}\n`],
    ["another case", token.toUpperCase()],
    ["NUL", "\0".repeat(63)],
    ["lone surrogates", `sy_${"\ud800".repeat(60)}`],
    ["emoji", `sy_${"🔑".repeat(30)}`],
    ["full-width digits", `sy_${"０".repeat(60)}`],
    ["a megabyte", `sy_${"a".repeat(1 << 20)}`],
  ] as const) {
    test(`from ${what}`, () => {
      expect(readToken("sy_", text)).toBeNull();
    });
  }

  test("from random text of the right length", () => {
    for (let i = 0; i < 2_000; i += 1) expect(readToken("sy_", `sy_${randomBase62(60)}`)).toBeNull();
  });
});

test("random characters are all equally likely", () => {
  const drawn = 62_000;
  const counts = new Map<string, number>();
  for (const char of randomBase62(drawn)) counts.set(char, (counts.get(char) ?? 0) + 1);

  const expected = drawn / 62;
  const chiSquared = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);

  expect(counts.size).toBe(62);
  // 61 degrees of freedom: past 140 once in ten million runs. Bytes taken modulo 62 would give about 400.
  expect(chiSquared).toBeLessThan(140);
});

test("a session's secret is 32 random bytes", () => {
  const secret = sessionSecret();

  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(sessionSecret()).not.toBe(secret);
});

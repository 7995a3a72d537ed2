import { expect, test } from "bun:test";
import { decodeCursor, encodeCursor } from "#src/lib/page-cursor.ts";

const encode = (text: string): string => Buffer.from(text).toString("base64url");

for (const values of [[], ["Ada", 7], [null, 2_147_483_647], ["später 🙂", -1, null], ["🙂".repeat(80), 1]]) {
  test(`${JSON.stringify(values).slice(0, 40)} comes back as it went`, () => {
    const cursor = encodeCursor(values);

    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(cursor)).toEqual(values);
  });
}

for (const [what, text] of [
  ["nothing", ""],
  ["garbage", "garbage"],
  ["other characters", "W10=!"],
  ["white space", "W10\n"],
  ["an object", encode('{"a":1}')],
  ["a text", encode('"a"')],
  ["null", encode("null")],
  ["a list in a list", encode("[[1]]")],
  ["an object in a list", encode('[{"$gt":""}]')],
  ["a yes", encode("[true]")],
  ["half a number", encode("[1.5]")],
  ["a number past 2^53", encode("[9007199254740993]")],
  ["infinity", encode("[1e999]")],
  ["NUL", encode('["\\u0000"]')],
  ["a lone surrogate", encode('["\\ud800"]')],
  ["broken UTF-8", Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]).toString("base64url")],
  ["too many values", encode(JSON.stringify(Array(9).fill(1)))],
  ["too long a text", encodeCursor(["a".repeat(1_000)])],
] as const) {
  test(`${what} is no cursor`, () => {
    expect(decodeCursor(text)).toBeNull();
  });
}

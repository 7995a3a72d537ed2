import { describe, expect, test } from "bun:test";

import { readBytes, readJson, readText } from "#src/net/documents.ts";
import { errorOf, localGuard } from "#tests/net/support/guards.ts";
import { startHttp } from "#tests/net/support/peers.ts";

const json = (body: BodyInit) => readJson(new Response(body));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("a document", () => {
  test("is read as JSON, with or without a byte order mark", async () => {
    expect(await json('{"issuer":"https://as.example"}')).toEqual({ issuer: "https://as.example" });
    expect(await json('\uFEFF{"a":1}')).toEqual({ a: 1 });
  });

  test("has the last of two values with one name", async () => {
    expect(await json('{"issuer":"one","issuer":"two"}')).toEqual({ issuer: "two" });
  });

  test("may be nested 64 deep, and no deeper", async () => {
    expect(await json(nested(64))).toBeArray();
    expect(await errorOf(json(nested(65)))).toMatchObject({ kind: "failed", stage: "http" });
    expect(await errorOf(json(nested(400_000)))).toMatchObject({ kind: "failed", stage: "http" });
  });

  test.each([
    ["nothing", ""],
    ["HTML", "<!doctype html><title>Sign in</title>"],
    ["half a document", '{"issuer":'],
    ["two documents", "{}{}"],
    ["a member called __proto__", '{"a":[{"__proto__":{"admin":true}}]}'],
    ["the same in disguise", '{"\\u005f_proto__":{"admin":true}}'],
    ["NUL in a value", '{"issuer":"https://as.example\\u0000.evil.example"}'],
    ["NUL in a name", '{"issuer\\u0000":"x"}'],
    ["half a character", '{"issuer":"\\ud800"}'],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xc3, 0x28, 0x22])],
  ])("is refused where it is %s", async (_what, body) => {
    const error = await errorOf(json(body));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
    expect(error.cause).toBeUndefined();
  });

  test("ends at its limit, and with it the connection", async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    await using peer = await startHttp((_request, response) => {
      response.once("close", () => resolve());
      const pour = () => {
        while (response.write('"0123456789",')) continue;
      };
      response.on("drain", pour);
      response.write("[");
      pour();
    });
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await errorOf(readJson(response))).toMatchObject({ kind: "too_large", stage: "http" });
    await left;
  });
});

describe("bytes and text", () => {
  test("are read up to their limit, and one more is too many", async () => {
    expect(await readBytes(new Response("12345"), 5)).toEqual(new TextEncoder().encode("12345"));
    expect(await errorOf(readBytes(new Response("123456"), 5))).toMatchObject({ kind: "too_large" });
    expect(await errorOf(readText(new Response("123456"), 5))).toMatchObject({ kind: "too_large" });
  });

  test("are empty where there is no body", async () => {
    expect(await readText(new Response(null, { status: 204 }), 5)).toBe("");
  });

  test("that are no UTF-8 are shown as a browser would", async () => {
    expect(await readText(new Response(new Uint8Array([0x61, 0xff, 0x62])), 10)).toBe("a\uFFFDb");
  });
});

import { describe, expect, test } from "bun:test";
import { redact, redactText } from "#src/lib/redact.ts";

describe("an error", () => {
  test("is told with its facts, frames and causes", () => {
    const root = Object.assign(new Error("connection refused"), { code: "ECONNREFUSED", syscall: "connect" });
    const error = new TypeError("fetch failed", { cause: root });

    const { err } = redact({ err: error });

    expect(err).toEqual({
      name: "TypeError",
      message: "fetch failed",
      stack: expect.arrayContaining([expect.stringMatching(/^at .*redact\.test\.ts/)]),
      cause: {
        name: "Error",
        message: "connection refused",
        code: "ECONNREFUSED",
        syscall: "connect",
        stack: expect.any(Array),
      },
    });
  });

  test("keeps back the rest of what it carries, such as a query's values", () => {
    const failed = new Error("Failed query: select $1\nparams: c4n4ry,other\nlines");
    const error = Object.assign(failed, {
      query: "select $1",
      params: ["c4n4ry"],
      detail: "Key (email)=(c4n4ry)",
    });

    const text = JSON.stringify(redact({ err: error }));

    expect(text).toContain("Failed query: select $1");
    expect(text).not.toContain("c4n4ry");
  });

  test("is told once where causes go in a circle", () => {
    const error = new Error("one");
    error.cause = new Error("two", { cause: error });

    const text = JSON.stringify(redact({ err: error }));

    expect(text).toContain("[deeper]");
    expect(text.length).toBeLessThan(50_000);
  });

  test("of many errors tells each", () => {
    const { err } = redact({ err: new AggregateError([new Error("a"), new Error("b")], "all failed") });

    expect(err).toMatchObject({ message: "all failed", errors: [{ message: "a" }, { message: "b" }] });
  });
});

describe("what is told stays bounded", () => {
  test("in depth, and what lies deeper is not told at all", () => {
    let nested: unknown = "c4n4ry";
    for (let depth = 0; depth < 10_000; depth += 1) nested = { nested };

    const text = JSON.stringify(redact({ nested }));

    expect(text).toContain("[deeper]");
    expect(text).not.toContain("c4n4ry");
  });

  test("in number", () => {
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, (_, index) => ({ index })));

    const text = JSON.stringify(redact({ wide }));

    expect(text).toContain("[more]");
    expect(text.length).toBeLessThan(10_000);
  });

  test("in length", () => {
    expect(redactText("x".repeat(1_000_000))).toHaveLength(2_001);
  });

  test("also where a secret is cut in two by the bound", () => {
    for (let before = 1_900; before <= 2_000; before += 1)
      expect(redactText(`${"x".repeat(before)} sy_${"a1".repeat(30)}`)).not.toContain("a1");
  });
});

describe("odd values", () => {
  test("a circle ends", () => {
    const circle: Record<string, unknown> = { name: "circle" };
    circle.self = circle;

    expect(JSON.stringify(redact(circle))).toContain("[deeper]");
  });

  test("a getter that throws, and a proxy that refuses, are unreadable and no failure", () => {
    const throwing = {
      get a(): never {
        throw new Error("no");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();

    expect(redact({ throwing, proxy, fine: 1 })).toEqual({
      throwing: "[unreadable]",
      proxy: "[unreadable]",
      fine: 1,
    });
  });

  test("an object's own toJSON is not asked", () => {
    const sly = { toJSON: () => "c4n4ry" };

    expect(redact({ sly })).toEqual({ sly: { toJSON: "[function]" } });
  });

  test("__proto__ stays a plain field", () => {
    const copied = redact({ parsed: JSON.parse('{"__proto__": {"polluted": true}}') });

    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(JSON.stringify(copied)).toBe('{"parsed":{"__proto__":{"polluted":true}}}');
  });

  test("values that JSON lacks are told as text", () => {
    const copied = redact({
      big: 1n,
      symbol: Symbol("s"),
      date: new Date(0),
      invalid: new Date(Number.NaN),
      f() {},
    });

    expect(copied).toEqual({
      big: "1",
      symbol: "Symbol(s)",
      date: "1970-01-01T00:00:00.000Z",
      invalid: "[invalid date]",
      f: "[function]",
    });
  });
});

import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { createLogger, type LogLevel, Secret } from "#src/lib/log.ts";

const CANARY = "c4n4ry-value";

/** A logger and the lines it wrote, parsed. */
function listen(level: LogLevel = "debug") {
  const text: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => text.push(line) } });
  return { log, text, lines: () => text.map((line) => JSON.parse(line)) };
}

function written(
  fields: Record<string, unknown>,
  message = "told",
): { line: Record<string, unknown>; text: string } {
  const { log, text } = listen();
  log.info(fields, message);
  return { line: JSON.parse(text[0] ?? ""), text: text.join("") };
}

describe("a line", () => {
  test("is one JSON object with level, time, fields and message", () => {
    const { log, text, lines } = listen();

    log.warn({ requestId: "r1", durationMs: 12.5, ok: true, none: null }, "slow\nanswer");

    expect(text.join("")).toEndWith("}\n");
    expect(text.join("").trimEnd()).not.toContain("\n");
    expect(lines()).toEqual([
      {
        level: "warn",
        time: expect.any(String),
        requestId: "r1",
        durationMs: 12.5,
        ok: true,
        none: null,
        msg: "slow\nanswer",
      },
    ]);
    expect(new Date(lines()[0].time).toISOString()).toBe(lines()[0].time);
  });

  test("carries its child logger's fields, the nearest winning", () => {
    const { log, text, lines } = listen();

    log.child({ requestId: "r1", route: "/a" }).child({ route: "/b" }).info({ status: 200 }, "answered");

    expect(lines()[0]).toMatchObject({ requestId: "r1", route: "/b", status: 200 });
    expect(text[0]?.match(/"route"/g)).toHaveLength(1);
  });

  test("keeps its own level, time and message beside fields of those names", () => {
    const { line, text } = written({ level: 1, time: 2, msg: 3 }, "told");

    expect(line).toMatchObject({ level: "info", msg: "told", level_: 1, time_: 2, msg_: 3 });
    expect(text.match(/"level":/g)).toHaveLength(1);
  });

  test("is written only from the chosen level on", () => {
    const { log, lines } = listen("warn");

    for (const level of ["debug", "info", "warn", "error"] as const) log[level]({}, level);

    expect(lines().map((line) => line.level)).toEqual(["warn", "error"]);
  });

  test("is never written at level silent", () => {
    const { log, text } = listen("silent");

    log.error({}, "told");

    expect(text).toEqual([]);
  });

  test("reaches standard output before the process ends", async () => {
    const program = `import { createLogger } from "#src/lib/log.ts";
      createLogger({ level: "info" }).info({}, "last words");
      process.exit(3);`;
    const child = Bun.spawn(["bun", "-e", program], { stdout: "pipe", stderr: "inherit" });

    const output = await new Response(child.stdout).text();

    expect(JSON.parse(output).msg).toBe("last words");
    expect(await child.exited).toBe(3);
  });
});

describe("a Secret", () => {
  const secret = new Secret(CANARY);

  test("gives its value to whoever asks in so many words, and to nobody else", () => {
    const shown = [
      String(secret),
      `${secret}`,
      "".concat(secret as unknown as string),
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
      Bun.inspect({ secret }),
      Object.values(secret).join(),
      JSON.stringify(structuredClone({ ...secret })),
    ].join();

    expect(shown).not.toContain(CANARY);
    expect(shown).toContain("[secret]");
    expect(secret.reveal()).toBe(CANARY);
  });

  test("is hidden in a line under any name, at any depth, in any collection", () => {
    const { text } = written({
      a: secret,
      list: [secret, { deep: { deeper: secret } }],
      map: new Map([["x", secret]]),
      set: new Set([secret]),
    });

    expect(text).not.toContain(CANARY);
    expect(text.match(/\[secret\]/g)).toHaveLength(5);
  });
});

describe("by name", () => {
  for (const name of [
    [
      "authorization",
      "Authorization",
      "Proxy-Authorization",
      "cookie",
      "set-cookie",
      "Set-Cookie",
      "X-API-Key",
    ],
    [
      "secret",
      "clientSecret",
      "client_secret",
      "password",
      "newPassword",
      "passwordHash",
      "token",
      "access_token",
    ],
    [
      "refreshToken",
      "id_token",
      "setupToken",
      "metricsToken",
      "code",
      "code_verifier",
      "codeVerifier",
      "apiKey",
    ],
    ["key", "Mcp-Session-Id", "body", "databaseUrl", "DATABASE_URL", "client_assertion"],
  ].flat()) {
    test(`${name} is hidden`, () => {
      const { text } = written({
        [name]: CANARY,
        nested: [{ [name]: { a: CANARY } }],
        headers: new Map([[name, CANARY]]),
      });

      expect(text).not.toContain(CANARY);
    });
  }

  test("what only sounds alike is told, and so is yes or no", () => {
    const { line } = written({
      monkey: "m",
      keyId: "k1",
      tokens: 3,
      hasPassword: true,
      token: null,
      statusCode: 200,
    });

    expect(line).toMatchObject({
      monkey: "m",
      keyId: "k1",
      tokens: 3,
      hasPassword: true,
      token: null,
      statusCode: 200,
    });
  });

  test("headers and settings can be passed as they are", () => {
    const headers = new Headers({ authorization: `Bearer ${CANARY}`, accept: "text/html" });
    const settings = {
      encryptionKeys: [{ id: "k1", key: new Uint8Array(32).fill(65) }],
      signIn: { clientSecret: CANARY },
    };

    const { line, text } = written({ headers, settings });

    expect(line.headers).toEqual({ authorization: "[secret]", accept: "text/html" });
    expect(line.settings).toEqual({
      encryptionKeys: [{ id: "k1", key: "[secret]" }],
      signIn: { clientSecret: "[secret]" },
    });
    expect(text).not.toContain(CANARY);
  });
});

describe("by form", () => {
  const apiKey = `sy_${"a1".repeat(30)}`;

  test("our tokens and bearer headers are hidden wherever in a text they stand", () => {
    const { line, text } = written(
      { path: `/invitations/syi_${"b2".repeat(30)}/accept` },
      `refused Bearer ${CANARY}, ${apiKey}`,
    );

    expect(text).not.toContain(CANARY);
    expect(text).not.toContain("a1a1");
    expect(line.path).toBe("/invitations/[secret]/accept");
    expect(line.msg).toBe("refused [secret] [secret]");
  });

  test("a URL loses user, query and fragment", () => {
    const url = new URL(`https://ada:${CANARY}@a.example:8443/path?code=${CANARY}#${CANARY}`);

    expect(written({ url }).line.url).toBe("https://a.example:8443/path");
  });

  test("bytes are told by their number, requests and responses by their kind", () => {
    const request = new Request("http://a.example", { method: "POST", body: CANARY });

    const { line } = written({ bytes: Buffer.from(CANARY), request, response: new Response(CANARY) });

    expect(line).toMatchObject({ bytes: "[12 bytes]", request: "[Request]", response: "[Response]" });
    expect(request.bodyUsed).toBe(false);
  });
});

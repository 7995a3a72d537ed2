import { describe, expect, test } from "bun:test";
import { readSettings, SettingsError } from "#src/settings.ts";

const key = (fill: number): string => Buffer.alloc(32, fill).toString("base64");

function refusal(env: Record<string, string>): SettingsError {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("These settings were accepted.");
}

const refusedVariables = (env: Record<string, string>): string[] =>
  refusal(env).faults.map((fault) => fault.variable);

describe("without any settings", () => {
  test("the app listens on this machine alone, with the embedded database", () => {
    const settings = readSettings({});

    expect(settings).toEqual({
      host: "127.0.0.1",
      port: 3000,
      publicUrl: new URL("http://127.0.0.1:3000"),
      databaseUrl: null,
      dataDir: "./data",
      encryptionKeys: [],
      setupToken: null,
      egressAllow: [],
      clientMetadataUrl: null,
      signIn: { github: null, google: null, microsoft: null, oidc: null },
      rateLimit: 1200,
      metricsToken: null,
      logLevel: "info",
      allowLoopback: true,
    });
  });

  test("blank is unset, so a line of .env can be emptied", () => {
    const blank = {
      HOST: "",
      PORT: " ",
      DATABASE_URL: "\t",
      GITHUB_CLIENT_ID: "",
      RATE_LIMIT: "",
      EGRESS_ALLOW: " , ",
    };

    expect(readSettings(blank)).toEqual(readSettings({}));
  });

  test("other programs' variables are none of our business", () => {
    expect(readSettings({ PATH: "/bin", SWITCHYARD_COLOUR: "mauve" })).toEqual(readSettings({}));
  });
});

describe("faults", () => {
  test("are all reported at once, each with what to write instead", () => {
    const error = refusal({
      HOST: "0.0.0.0",
      PORT: "70000",
      DATABASE_URL: "mysql://db",
      EGRESS_ALLOW: "intranet",
      CLIENT_METADATA_URL: "http://a.example/x",
      GITHUB_CLIENT_ID: "Iv1",
      OIDC_ISSUER: "login",
      RATE_LIMIT: "-1",
      LOG_LEVEL: "loud",
    });

    expect(error.faults.map((fault) => fault.variable).sort()).toEqual(
      [
        [
          "CLIENT_METADATA_URL",
          "DATABASE_URL",
          "EGRESS_ALLOW",
          "ENCRYPTION_KEYS",
          "GITHUB_CLIENT_SECRET",
          "LOG_LEVEL",
        ],
        ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER", "PORT", "PUBLIC_URL", "RATE_LIMIT"],
      ].flat(),
    );
    for (const fault of error.faults) {
      expect(error.message).toContain(`${fault.variable} ${fault.problem}`);
      expect(error.message).toContain(fault.remedy);
    }
  });

  test("never repeat a value, which may be a secret", () => {
    const canary = "c4n4ry";
    const error = refusal({
      HOST: `${canary}!`,
      PORT: canary,
      PUBLIC_URL: `https://${canary}@a.example`,
      DATABASE_URL: `mysql://u:${canary}@db`,
      ENCRYPTION_KEYS: `${canary}:${canary},k1:${key(1)}:${canary},${canary}`,
      EGRESS_ALLOW: `http://u:${canary}@db:443`,
      CLIENT_METADATA_URL: canary,
      GITHUB_CLIENT_SECRET: canary,
      OIDC_ISSUER: canary,
      RATE_LIMIT: canary,
      LOG_LEVEL: canary,
    });

    expect(error.faults.length).toBeGreaterThanOrEqual(11);
    expect(error.message).not.toContain(canary);
    expect(JSON.stringify(error.faults)).not.toContain(canary);
  });
});

describe("HOST, PORT and PUBLIC_URL", () => {
  for (const HOST of ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "::1", "[::1]"]) {
    test(`on ${HOST} nobody else comes in, so no public URL is needed and local servers may be tried`, () => {
      const settings = readSettings({ HOST });

      expect(settings.allowLoopback).toBe(true);
      expect(settings.publicUrl.protocol).toBe("http:");
    });
  }

  for (const HOST of [
    "0.0.0.0",
    "::",
    "192.168.1.4",
    "switchyard.example.com",
    "127.0.0.1.example.com",
    "127.1",
  ]) {
    test(`on ${HOST} the public URL is required, and local servers are refused`, () => {
      expect(refusedVariables({ HOST })).toEqual(["PUBLIC_URL"]);
      expect(readSettings({ HOST, PUBLIC_URL: "https://a.example" }).allowLoopback).toBe(false);
    });
  }

  test("links lead to the address listened on, where nothing else is said", () => {
    expect(readSettings({ PORT: "8080" }).publicUrl.href).toBe("http://127.0.0.1:8080/");
    expect(readSettings({ HOST: "::1", PORT: "8080" }).publicUrl.href).toBe("http://[::1]:8080/");
    expect(readSettings({ HOST: "localhost" }).publicUrl.href).toBe("http://localhost:3000/");
  });

  for (const PUBLIC_URL of [
    "https://a.example",
    "https://a.example/",
    "http://a.example:8080",
    "HTTPS://A.example:443",
  ]) {
    test(`${PUBLIC_URL} is an origin`, () => {
      expect(readSettings({ PUBLIC_URL }).publicUrl.href).toBe(`${new URL(PUBLIC_URL).origin}/`);
    });
  }

  for (const PUBLIC_URL of [
    "a.example",
    "//a.example",
    "ftp://a.example",
    "javascript:alert(1)",
    "https://a.example/app",
    "https://a.example/?x",
    "https://a.example?",
    "https://a.example#",
    "https://ada@a.example",
    "https://:pw@a.example",
    "https://",
  ]) {
    test(`${PUBLIC_URL} is none`, () => {
      expect(refusedVariables({ PUBLIC_URL })).toEqual(["PUBLIC_URL"]);
    });
  }

  for (const HOST of ["a b", "http://a", "a:80", "[::1", "-a", "a/", "[a]]"]) {
    test(`nothing listens on ${HOST}`, () => {
      expect(refusedVariables({ HOST })).toEqual(["HOST"]);
    });
  }

  test("port 0 lets the system choose", () => {
    expect(readSettings({ PORT: "0" }).port).toBe(0);
  });

  for (const PORT of ["65536", "-1", "1e3", "0x10", "80.5", "eighty", "NaN", "٣"]) {
    test(`${PORT} is no port`, () => {
      expect(refusedVariables({ PORT })).toEqual(["PORT"]);
    });
  }
});

describe("DATABASE_URL and ENCRYPTION_KEYS", () => {
  const DATABASE_URL = "postgres://u:p@db:5432/switchyard";

  test("a database asks for keys, and the message says how to make one", () => {
    const error = refusal({ DATABASE_URL });

    expect(error.faults.map((fault) => fault.variable)).toEqual(["ENCRYPTION_KEYS"]);
    expect(error.message).toContain("openssl rand -base64 32");
  });

  test("with a database local servers are refused even on loopback", () => {
    const settings = readSettings({ DATABASE_URL, ENCRYPTION_KEYS: `k1:${key(1)}` });

    expect(settings.databaseUrl).toBe(DATABASE_URL);
    expect(settings.allowLoopback).toBe(false);
  });

  test("keys are read in order", () => {
    const settings = readSettings({ ENCRYPTION_KEYS: `new:${key(2)}, old-1:${key(1)}` });

    expect(settings.encryptionKeys).toEqual([
      { id: "new", key: new Uint8Array(32).fill(2) },
      { id: "old-1", key: new Uint8Array(32).fill(1) },
    ]);
  });

  for (const [what, ENCRYPTION_KEYS] of [
    ["a key of 16 bytes", `k1:${Buffer.alloc(16).toString("base64")}`],
    ["a key of 33 bytes", `k1:${Buffer.alloc(33).toString("base64")}`],
    ["text that is not base64", `k1:${"*".repeat(43)}`],
    ["a key without an id", key(1)],
    ["an empty id", `:${key(1)}`],
    ["an id with other characters", `k 1:${key(1)}`],
    ["an id given twice", `k1:${key(1)},k1:${key(2)}`],
    ["an empty entry", `k1:${key(1)},`],
  ] as const) {
    test(`${what} is refused`, () => {
      expect(refusedVariables({ ENCRYPTION_KEYS })).toEqual(["ENCRYPTION_KEYS"]);
    });
  }
});

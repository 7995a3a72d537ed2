import { describe, expect, test } from "bun:test";
import { bearerChallenge, parseChallenges } from "#src/oauth/challenge.ts";

const plain = (lines: string | readonly string[] | null) =>
  parseChallenges(lines).map(({ scheme, token68, parameters }) => ({
    scheme,
    token68,
    ...Object.fromEntries(parameters),
  }));

describe("parsing WWW-Authenticate", () => {
  const cases: [fact: string, lines: string | string[] | null, expected: object[]][] = [
    ["no header is no challenge", null, []],
    ["an empty line is no challenge", "", []],
    ["commas alone are no challenge", " , ,, ", []],
    ["a scheme may stand alone", "Bearer", [{ scheme: "bearer", token68: null }]],
    ["scheme and names know no case", 'bEaReR ReAlm="A"', [{ scheme: "bearer", token68: null, realm: "A" }]],
    [
      "two schemes in one line are two challenges",
      'Basic realm="simple", Bearer error="invalid_token", scope="a b"',
      [
        { scheme: "basic", token68: null, realm: "simple" },
        { scheme: "bearer", token68: null, error: "invalid_token", scope: "a b" },
      ],
    ],
    [
      "several lines are read in their order",
      ["Negotiate", 'Bearer realm="x"'],
      [
        { scheme: "negotiate", token68: null },
        { scheme: "bearer", token68: null, realm: "x" },
      ],
    ],
    [
      "the example of RFC 9110 §11.6.1 has two challenges",
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        { scheme: "newauth", token68: null, realm: "apps", type: "1", title: 'Login to "apps"' },
        { scheme: "basic", token68: null, realm: "simple" },
      ],
    ],
    [
      "token68 belongs to its scheme, padding included",
      'Negotiate YWJj/+-._~==, Bearer realm="x"',
      [
        { scheme: "negotiate", token68: "YWJj/+-._~==" },
        { scheme: "bearer", token68: null, realm: "x" },
      ],
    ],
    [
      "a scheme's name inside a quoted string is text",
      'Digest realm="Bearer realm=x, Basic", Bearer realm="y, z"',
      [
        { scheme: "digest", token68: null, realm: "Bearer realm=x, Basic" },
        { scheme: "bearer", token68: null, realm: "y, z" },
      ],
    ],
    [
      "white space around = and commas means nothing",
      'Bearer\trealm \t=  "x"  ,\t , scope  ="a"',
      [{ scheme: "bearer", token68: null, realm: "x", scope: "a" }],
    ],
    [
      "an empty quoted string is a value",
      'Bearer scope=""',
      [{ scheme: "bearer", token68: null, scope: "" }],
    ],
    [
      "an unquoted URL, which many servers send, is taken whole",
      "Bearer resource_metadata=https://mcp.example/.well-known/x?a=b, error=invalid_token",
      [
        {
          scheme: "bearer",
          token68: null,
          resource_metadata: "https://mcp.example/.well-known/x?a=b",
          error: "invalid_token",
        },
      ],
    ],
    [
      "parameters parted by spaces alone are still parameters",
      'Bearer realm="x" scope="a"',
      [{ scheme: "bearer", token68: null, realm: "x", scope: "a" }],
    ],
    [
      "unquoted text with spaces does not swallow what follows",
      'Bearer error_description=The token expired, scope="a"',
      [{ scheme: "bearer", token68: null, error_description: "The", scope: "a" }],
    ],
    [
      "of a name given twice the first stands",
      'Bearer scope="a", scope="b"',
      [{ scheme: "bearer", token68: null, scope: "a" }],
    ],
    [
      "a quoted string that never ends takes nothing before it along",
      'Basic realm="a", Bearer scope="b", resource_metadata="https://evil',
      [
        { scheme: "basic", token68: null, realm: "a" },
        { scheme: "bearer", token68: null, scope: "b" },
      ],
    ],
    [
      "a quoted string that never ends gives nothing out of itself",
      'Bearer scope=b, realm="never ends, resource_metadata=https://evil',
      [{ scheme: "bearer", token68: null, scope: "b" }],
    ],
    [
      "rubbish is passed over up to the next comma",
      '@@@ ;; "", =x, Bearer scope="a"',
      [{ scheme: "bearer", token68: null, scope: "a" }],
    ],
    [
      "__proto__ is a name like any other",
      'Bearer __proto__="x", constructor="y", scope="a"',
      [{ scheme: "bearer", token68: null, ["__proto__"]: "x", constructor: "y", scope: "a" }],
    ],
  ];

  for (const [fact, lines, expected] of cases) {
    test(fact, () => {
      expect(plain(lines)).toEqual(expected as ReturnType<typeof plain>);
    });
  }

  test("lines joined as Headers joins them read the same as lines apart", () => {
    const lines = ['Basic realm="a"', 'Bearer resource_metadata="https://x.example/p", scope="a"'];
    const headers = new Headers();
    for (const line of lines) headers.append("www-authenticate", line);

    expect(plain(headers.get("www-authenticate"))).toEqual(plain(lines));
  });

  for (const piece of ["Bearer ", 'a="', "a=b,", ",", "\\", 'Bearer a="\\', "a ", "é"]) {
    test(`a megabyte of ${JSON.stringify(piece)} is read in no time`, () => {
      const startedAt = performance.now();

      parseChallenges(piece.repeat(1_000_000 / piece.length));

      expect(performance.now() - startedAt).toBeLessThan(200);
    });
  }
});

describe("the Bearer challenge", () => {
  test("is told apart from the others, with what it says", () => {
    const challenge = bearerChallenge(
      'Basic realm="x", Bearer error="insufficient_scope", error_description="More.", scope="a b", resource_metadata="https://mcp.example/prm"',
    );

    expect(challenge).toEqual({
      resourceMetadata: "https://mcp.example/prm",
      scope: "a b",
      error: "insufficient_scope",
      errorDescription: "More.",
    });
  });

  test("is null where there is none", () => {
    expect(bearerChallenge('Basic realm="Bearer"')).toBeNull();
  });

  test("is empty where nothing is said", () => {
    expect(bearerChallenge("Bearer")).toEqual({
      resourceMetadata: null,
      scope: null,
      error: null,
      errorDescription: null,
    });
  });

  test("of several, the one that names metadata counts", () => {
    const challenge = bearerChallenge([
      'Bearer realm="old"',
      'Bearer resource_metadata="https://mcp.example/prm"',
    ]);

    expect(challenge?.resourceMetadata).toBe("https://mcp.example/prm");
  });

  test("does not take metadata from another scheme", () => {
    const challenge = bearerChallenge('Bearer scope="a", DPoP resource_metadata="https://mcp.example/prm"');

    expect(challenge?.resourceMetadata).toBeNull();
  });
});

import { describe, expect, test } from "bun:test";
import { readCallback } from "#src/oauth/callback.ts";
import { CallbackError } from "#src/oauth/errors.ts";

const issuer = "https://as.example";
const read = (query: string, isPromised = false) =>
  readCallback(new URLSearchParams(query), {
    issuer,
    authorizationResponseIssParameterSupported: isPromised,
  });

function refusal(query: string, isPromised = false): CallbackError {
  try {
    read(query, isPromised);
  } catch (error) {
    if (error instanceof CallbackError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

describe("the answer a browser brings back", () => {
  test("gives its code where the issuer is the recorded one", () => {
    expect(read("code=abc&iss=https%3A%2F%2Fas.example", true)).toEqual({ code: "abc" });
  });

  test("needs no issuer where none was promised", () => {
    expect(read("code=abc")).toEqual({ code: "abc" });
  });

  test("gives its error, shortened", () => {
    const description = "x".repeat(10_000);

    const answer = read(`error=access_denied&error_description=${description}`);

    expect(answer).toEqual({ error: "access_denied", description: description.slice(0, 500) });
  });

  test("is refused where the promised issuer is missing", () => {
    expect(refusal("code=abc", true).rule).toBe("issuer_missing");
  });

  for (const iss of [
    "https://evil.example",
    "https://as.example/",
    "https://AS.example",
    "https://as.example:443",
    "https://as.example#",
    "",
  ]) {
    test(`is refused from "${iss}", promised or not`, () => {
      const query = new URLSearchParams({ code: "abc", iss }).toString();

      expect(refusal(query).rule).toBe("issuer_identical");
      expect(refusal(query, true).rule).toBe("issuer_identical");
    });
  }

  test("of another issuer shows neither its code nor its error", () => {
    const error = refusal("error=<script>&error_description=secret&code=abc&iss=https://evil.example");

    expect(error.message).not.toMatch(/script|secret|abc|evil/);
  });

  for (const name of ["iss", "code", "error", "error_description"]) {
    test(`is refused with two of "${name}"`, () => {
      expect(refusal(`code=abc&${name}=https://as.example&${name}=https://as.example`).rule).toBe(
        "doubled_parameter",
      );
    });
  }

  for (const query of ["", "code=", "state=x"]) {
    test(`is refused with neither code nor error ("${query}")`, () => {
      expect(refusal(query).rule).toBe("code_missing");
    });
  }
});

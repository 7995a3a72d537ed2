import { expect, test } from "bun:test";
import { google } from "#src/oauth/sign-in/google.ts";
import { provenBy } from "#src/services/identities.ts";

const provider = google({ clientId: "a", clientSecret: "b" });
const about = (changes: object) =>
  provenBy(provider, { subject: "1", verifiedEmail: "ada@example.com", name: "Ada", ...changes });

test.each([
  ["a Kelvin sign, which is a k in lower case", "\u212Aate@example.com"],
  ["a Cyrillic letter", "аda@example.com"],
  ["a space", "ada @example.com"],
  ["a line break", "ada@example.com\n"],
  ["two addresses", "ada@example.com,eve@example.com"],
  ["no at sign", "ada"],
  ["a thousand letters", `${"a".repeat(1_000)}@example.com`],
  ["nothing", ""],
])("an address with %s counts for nothing", (_, verifiedEmail) => {
  expect(about({ verifiedEmail }).email).toBeNull();
});

test.each<[string | null, string]>([
  ["  Ada\u202E  Lovelace\n", "Ada Lovelace"],
  ["x".repeat(100), "x".repeat(80)],
  ["", "ada"],
  ["\u200B", "ada"],
  [null, "ada"],
])("somebody whom a provider calls %j is one clean line here", (name, expected) => {
  expect(about({ name }).name).toBe(expected);
});

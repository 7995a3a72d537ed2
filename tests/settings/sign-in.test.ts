import { expect, test } from "bun:test";
import { readSettings } from "#src/settings.ts";

const oidc = {
  OIDC_ISSUER: "https://login.example.com/realms/main",
  OIDC_CLIENT_ID: "id",
  OIDC_CLIENT_SECRET: "shh",
};

for (const provider of ["github", "google", "microsoft"] as const) {
  const PREFIX = provider.toUpperCase();

  test(`${provider} is set up by its two halves`, () => {
    const { signIn } = readSettings({ [`${PREFIX}_CLIENT_ID`]: "id", [`${PREFIX}_CLIENT_SECRET`]: "shh" });

    expect(signIn[provider]).toMatchObject({ clientId: "id", clientSecret: "shh" });
  });

  test(`half of ${provider} is a mistake`, () => {
    expect(() => readSettings({ [`${PREFIX}_CLIENT_ID`]: "id" })).toThrow(
      `${PREFIX}_CLIENT_SECRET is missing`,
    );
    expect(() => readSettings({ [`${PREFIX}_CLIENT_SECRET`]: "shh" })).toThrow(
      `${PREFIX}_CLIENT_ID is missing`,
    );
  });
}

test("Microsoft may be narrowed to one directory, whose id is kept as tokens write it", () => {
  const client = { MICROSOFT_CLIENT_ID: "id", MICROSOFT_CLIENT_SECRET: "shh" };
  const MICROSOFT_TENANT_ID = "6BABCAAD-604b-40ac-a9d7-9fd97c0b779f";

  expect(readSettings(client).signIn.microsoft?.tenantId).toBeNull();
  expect(readSettings({ ...client, MICROSOFT_TENANT_ID }).signIn.microsoft?.tenantId).toBe(
    "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
  );
});

for (const MICROSOFT_TENANT_ID of ["common", "contoso.onmicrosoft.com", "6babcaad604b40aca9d79fd97c0b779f"]) {
  test(`${MICROSOFT_TENANT_ID} is no directory's id`, () => {
    expect(() => readSettings({ MICROSOFT_TENANT_ID })).toThrow("MICROSOFT_TENANT_ID is not a directory");
  });
}

test("an OpenID provider is set up by its three parts, the issuer kept as written", () => {
  expect(readSettings(oidc).signIn.oidc).toEqual({
    issuer: "https://login.example.com/realms/main",
    clientId: "id",
    clientSecret: "shh",
  });
  expect(readSettings({ ...oidc, OIDC_ISSUER: "http://127.0.0.1:8080" }).signIn.oidc?.issuer).toBe(
    "http://127.0.0.1:8080",
  );
});

for (const part of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const) {
  test(`an OpenID provider without ${part} is a mistake`, () => {
    expect(() => readSettings({ ...oidc, [part]: "" })).toThrow(`${part} is missing`);
  });
}

for (const OIDC_ISSUER of [
  "http://login.example.com",
  "login.example.com",
  "https://a.example?x",
  "https://u@a.example",
]) {
  test(`${OIDC_ISSUER} is no issuer`, () => {
    expect(() => readSettings({ ...oidc, OIDC_ISSUER })).toThrow("OIDC_ISSUER is not an issuer");
  });
}

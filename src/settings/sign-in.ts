import { parseIssuer } from "#src/settings/addresses.ts";
import type { EnvironmentReader } from "#src/settings/environment.ts";

export type ProviderClient = { clientId: string; clientSecret: string };

/** Providers that people may sign in with beside a password; null where the operator set none up. */
export type SignInProviders = {
  github: ProviderClient | null;
  google: ProviderClient | null;
  /** `tenantId` is the one directory whose people may; null for those of all, and for personal accounts. */
  microsoft: (ProviderClient & { tenantId: string | null }) | null;
  oidc: (ProviderClient & { issuer: string }) | null;
};

export function readSignIn(env: EnvironmentReader): SignInProviders {
  return {
    github: readClient(env, "GITHUB"),
    google: readClient(env, "GOOGLE"),
    microsoft: readMicrosoft(env),
    oidc: readOidc(env),
  };
}

function readMicrosoft(env: EnvironmentReader): SignInProviders["microsoft"] {
  const tenantId = env.parsed("MICROSOFT_TENANT_ID", parseTenantId, {
    problem: "is not a directory's id.",
    remedy:
      "Write the Directory (tenant) ID of the app registration, such as 6babcaad-604b-40ac-a9d7-9fd97c0b779f",
  });
  const client = readClient(env, "MICROSOFT");
  return client && { ...client, tenantId };
}

/** As Entra writes it in its tokens. */
function parseTenantId(text: string): string | null {
  const id = text.toLowerCase();
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}

function readOidc(env: EnvironmentReader): SignInProviders["oidc"] {
  const issuer = env.parsed("OIDC_ISSUER", parseIssuer, {
    problem: "is not an issuer's address.",
    remedy:
      "Write it as the provider's discovery document spells it, such as https://login.example.com/realms/main",
  });
  const client = readClient(env, "OIDC", ["OIDC_ISSUER"]);
  return client && issuer ? { ...client, issuer } : null;
}

/** Half a provider is a mistake, and reads as none only after it was reported. */
function readClient(
  env: EnvironmentReader,
  provider: string,
  companions: string[] = [],
): ProviderClient | null {
  const names = { clientId: `${provider}_CLIENT_ID`, clientSecret: `${provider}_CLIENT_SECRET` };
  const together = [...companions, names.clientId, names.clientSecret];
  const given = together.filter((variable) => env.text(variable) !== null);
  if (given.length > 0) {
    for (const variable of together.filter((name) => !given.includes(name)))
      env.refuse(
        variable,
        `is missing, where ${given.join(" and ")} is set.`,
        "Write all of them, or leave all empty.",
      );
  }

  const clientId = env.text(names.clientId);
  const clientSecret = env.text(names.clientSecret);
  return clientId && clientSecret ? { clientId, clientSecret } : null;
}

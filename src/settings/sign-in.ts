import { parseIssuer } from "#src/settings/addresses.ts";
import type { EnvironmentReader } from "#src/settings/environment.ts";

export type ProviderClient = { clientId: string; clientSecret: string };

/** Providers that people may sign in with beside a password; null where the operator set none up. */
export type SignInProviders = {
  github: ProviderClient | null;
  google: ProviderClient | null;
  microsoft: ProviderClient | null;
  oidc: (ProviderClient & { issuer: string }) | null;
};

export function readSignIn(env: EnvironmentReader): SignInProviders {
  return {
    github: readClient(env, "GITHUB"),
    google: readClient(env, "GOOGLE"),
    microsoft: readClient(env, "MICROSOFT"),
    oidc: readOidc(env),
  };
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

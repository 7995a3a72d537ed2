import { type EncryptionKey, parseEncryptionKeys } from "#src/lib/encryption-keys.ts";
import { type LogLevel, logLevels } from "#src/lib/log.ts";
import {
  isLoopback,
  originOf,
  parseClientMetadataUrl,
  parseHost,
  parseOrigin,
} from "#src/settings/addresses.ts";
import { type EgressException, parseEgressException } from "#src/settings/egress-allow.ts";
import { type Environment, EnvironmentReader, SettingsError } from "#src/settings/environment.ts";
import { type ProviderClient, readSignIn, type SignInProviders } from "#src/settings/sign-in.ts";

export {
  type EgressException,
  type EncryptionKey,
  type LogLevel,
  type ProviderClient,
  SettingsError,
  type SignInProviders,
};

/** What the operator decided, checked. Holds secrets: never sent, and logged only through the logger's redaction. */
export type Settings = {
  /** IPv6 without brackets. */
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** An origin: scheme, host and port. Every link is built from it, never from a request's headers. */
  publicUrl: URL;
  /** Null means the embedded database in `dataDir`. */
  databaseUrl: string | null;
  dataDir: string;
  /** The first seals, all open. Empty where the keys are to be generated into `dataDir`. */
  encryptionKeys: EncryptionKey[];
  setupToken: string | null;
  egressAllow: EgressException[];
  /** With `{appUuid}` in the place of a server's, where each has a document of its own there. */
  clientMetadataUrl: string | null;
  signIn: SignInProviders;
  /** Requests a minute per key or session; 0 turns every limit off. */
  rateLimit: number;
  metricsToken: string | null;
  logLevel: LogLevel;
  /** Nobody else reaches the app, so servers on the same machine may be tried. */
  allowLoopback: boolean;
};

/**
 * The only reader of the environment: once, at start. `.env.example` documents every variable.
 *
 * @throws {SettingsError} listing every fault, without the values
 */
export function readSettings(variables: Environment): Settings {
  const env = new EnvironmentReader(variables);
  const host = readHost(env);
  const port = env.integer("PORT", 3000, { min: 0, max: 65_535 });
  const databaseUrl = readDatabaseUrl(env);

  const settings: Settings = {
    host,
    port,
    publicUrl: readPublicUrl(env, host, port),
    databaseUrl,
    dataDir: env.text("DATA_DIR") ?? "./data",
    encryptionKeys: readEncryptionKeys(env, env.text("DATABASE_URL") !== null),
    setupToken: env.text("SETUP_TOKEN"),
    egressAllow: readEgressAllow(env),
    clientMetadataUrl: readClientMetadataUrl(env),
    signIn: readSignIn(env),
    rateLimit: env.integer("RATE_LIMIT", 1200, { min: 0, max: 1_000_000_000 }),
    metricsToken: env.text("METRICS_TOKEN"),
    logLevel: env.oneOf("LOG_LEVEL", logLevels, "info"),
    allowLoopback: isLoopback(host) && databaseUrl === null,
  };
  if (env.faults.length > 0) throw new SettingsError(env.faults);
  return settings;
}

function readHost(env: EnvironmentReader): string {
  const host = env.parsed("HOST", parseHost, {
    problem: "is neither an address nor a name to listen on.",
    remedy: "Write 127.0.0.1 for this machine alone, or 0.0.0.0 to be reachable by others.",
  });
  return host ?? "127.0.0.1";
}

function readPublicUrl(env: EnvironmentReader, host: string, port: number): URL {
  const remedy =
    "Write the address that people open, scheme, host and port alone: https://switchyard.example.com";
  if (env.text("PUBLIC_URL") === null && !isLoopback(host))
    env.refuse("PUBLIC_URL", "is missing, and HOST lets others reach this machine.", remedy);
  const url = env.parsed("PUBLIC_URL", parseOrigin, { problem: "is not an http or https origin.", remedy });
  return url ?? originOf(host, port);
}

function readDatabaseUrl(env: EnvironmentReader): string | null {
  return env.parsed("DATABASE_URL", (text) => (/^postgres(ql)?:\/\/\S+$/.test(text) ? text : null), {
    problem: "is not the address of a Postgres database.",
    remedy: "Write postgres://user:password@host:5432/database, or nothing for the embedded database.",
  });
}

function readEncryptionKeys(env: EnvironmentReader, isRequired: boolean): EncryptionKey[] {
  const text = env.text("ENCRYPTION_KEYS");
  const remedy = 'Make a new value with: echo "k1:$(openssl rand -base64 32)"';
  if (text === null) {
    if (isRequired) env.refuse("ENCRYPTION_KEYS", "is missing, and DATABASE_URL is set.", remedy);
    return [];
  }

  const { keys, faults } = parseEncryptionKeys(text);
  if (faults.length > 0) env.refuse("ENCRYPTION_KEYS", `cannot be used: ${faults.join("; ")}.`, remedy);
  return keys;
}

function readEgressAllow(env: EnvironmentReader): EgressException[] {
  const entries = env.list("EGRESS_ALLOW");
  const exceptions = entries.map(parseEgressException);
  const refused = exceptions.flatMap((exception, index) => (exception === null ? [index + 1] : []));
  if (refused.length > 0) {
    env.refuse(
      "EGRESS_ALLOW",
      `has something that is neither host:port nor CIDR:port, at entry ${refused.join(", ")}.`,
      "Write for instance intranet.example.com:8443, 10.0.0.0/8:443, [::1]:3000 or [fd00::]/8:443, comma-separated.",
    );
  }
  return exceptions.filter((exception) => exception !== null);
}

function readClientMetadataUrl(env: EnvironmentReader): string | null {
  return env.parsed("CLIENT_METADATA_URL", parseClientMetadataUrl, {
    problem: "is not the address of client metadata documents.",
    remedy:
      "Write an https address with a path, and {appUuid} in it for each server's own, such as https://clients.example.com/switchyard/{appUuid}.json",
  });
}

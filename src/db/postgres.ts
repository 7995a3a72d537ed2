import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Database } from "#src/db/open.ts";
import { withinPatience } from "#src/db/ping.ts";
import * as schema from "#src/db/schema.ts";
import { StartError } from "#src/db/start-error.ts";
import { bytea, int8, texts } from "#src/db/values.ts";

const OLDEST_VERSION = 15;
const CLOSE_MS = 5_000;

/** Connects through a pool, on which no setting of the server or of the role changes how values are read. */
export async function openPostgres(url: string): Promise<Database> {
  const client = connect(url);
  const db = drizzle(client, { schema });
  acceptValues(client);
  await requireVersion(client).catch(async (error: unknown) => {
    await client.end({ timeout: 0 });
    throw error;
  });

  return {
    db,
    kind: "postgres",
    async listen(channel, onPayload) {
      // After a lost connection the driver listens anew, but its `unlisten` no longer finds what it then registered.
      let isListening = true;
      const { unlisten } = await client.listen(channel, (payload) => {
        if (isListening) onPayload(payload);
      });
      return async () => {
        isListening = false;
        await unlisten();
      };
    },
    async notify(channel, payload) {
      await client.notify(channel, payload);
    },
    ping: () => withinPatience(client`select 1`),
    close: () => close(client),
  };
}

/**
 * The driver's own end waits for what runs, but not for what is queued, which would run later, on connections that nobody
 * waits for. When the last in the queue is answered, all before it have begun.
 */
async function close(client: Client): Promise<void> {
  const until = performance.now() + CLOSE_MS;
  await withinPatience(client`select 1`).catch(() => {});
  await client.end({ timeout: Math.max(until - performance.now(), 0) / 1_000 });
}

type Client = ReturnType<typeof connect>;

const connect = (url: string) =>
  postgres(url, {
    max: 10,
    idle_timeout: 300,
    connect_timeout: 10,
    // The driver would ask each new connection for the array types, and where that fails nobody hears its rejection.
    fetch_types: false,
    connection: {
      application_name: "switchyard",
      TimeZone: "UTC",
      DateStyle: "ISO",
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
    types: {
      int8: { to: int8.type, from: [int8.type], parse: int8.parse, serialize: int8.serialize },
      texts: { to: texts.type, from: [texts.type], parse: texts.parse, serialize: texts.serialize },
      bytea: { to: bytea.type, from: [bytea.type], parse: bytea.parse, serialize: bytea.serialize },
    },
    onnotice: () => {},
  });

const TIMES = [1082, 1114, 1184];
const JSONS = [114, 3802];

/** Drizzle switches off how the driver writes times and JSON; a statement without columns to map them needs it. */
function acceptValues(client: Client): void {
  const { serializers } = client.options;
  for (const type of TIMES) {
    serializers[type] = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  }
  for (const type of JSONS) {
    serializers[type] = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  }
}

async function requireVersion(client: Client): Promise<void> {
  const [row] = await client<{ server_version_num: string }[]>`show server_version_num`.catch(
    (cause: unknown) => {
      throw unreachable(client, cause);
    },
  );
  const version = Math.floor(Number(row?.server_version_num) / 10_000);
  if (version >= OLDEST_VERSION) return;
  throw new StartError(`Postgres ${version} is too old: Switchyard needs ${OLDEST_VERSION} or newer.`);
}

function unreachable(client: Client, cause: unknown): StartError {
  const { host, port, database } = client.options;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(
    `Cannot use the Postgres of DATABASE_URL (database "${database}" at ${host.join(",")}:${port.join(",")}): ${reason}`,
    { cause },
  );
}

import http from "node:http";
import https from "node:https";

import { EgressError } from "#src/net/errors.ts";

/** Idle connections are closed after this, or a second before the server said it would, whichever is earlier. */
const IDLE_CONNECTION_MS = 30_000;
const IDLE_CONNECTIONS_PER_HOST = 16;

export type Agents = {
  /**
   * `isFresh` asks for a connection that nobody used before and nobody will use again.
   *
   * @throws {EgressError} `failed` once destroyed
   */
  for(target: { isSecure: boolean }, isFresh: boolean): http.Agent;
  /** Ends every connection, idle or in use. */
  destroy(): void;
};

/** One set of connections per policy, so that none is ever used by a request which could not have opened it. */
export function createAgents(ca: string | undefined): Agents {
  const pooling = { keepAlive: true, timeout: IDLE_CONNECTION_MS, maxFreeSockets: IDLE_CONNECTIONS_PER_HOST };
  const tls = {
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  } as const;
  const pooled = { http: new http.Agent(pooling), https: new https.Agent({ ...pooling, ...tls }) };
  const fresh = { http: new http.Agent(), https: new https.Agent(tls) };

  let isDestroyed = false;

  return {
    for({ isSecure }, isFresh) {
      if (isDestroyed) throw new EgressError("failed", "connect", "The app is stopping.");
      return (isFresh ? fresh : pooled)[isSecure ? "https" : "http"];
    },
    destroy() {
      isDestroyed = true;
      for (const agent of [pooled.http, pooled.https, fresh.http, fresh.https]) agent.destroy();
    },
  };
}

import { hasApp } from "#src/db/servers.ts";
import { notFound } from "#src/errors.ts";
import { type ClientDescription, clientMetadataDocument } from "#src/oauth/client-metadata.ts";
import type { Deps } from "#src/services/context.ts";

/** Where an authorization server sends the browser back to: one address per server, so that no answer fits another. */
export const redirectUriOf = ({ settings }: Pick<Deps, "settings">, appUuid: string): string =>
  new URL(`/api/v2/oauth/callback/${appUuid}`, settings.publicUrl).href;

/**
 * The address of our Client ID Metadata Document for one server, which is our client id there: as the operator's template
 * says, else our own. Null where authorization servers could not fetch it, because we are not served by https.
 */
export function clientMetadataUrlOf({ settings }: Pick<Deps, "settings">, appUuid: string): string | null {
  if (settings.clientMetadataUrl !== null) return settings.clientMetadataUrl.replaceAll("{appUuid}", appUuid);
  if (settings.publicUrl.protocol !== "https:") return null;
  return new URL(`/oauth/client-metadata/${appUuid}.json`, settings.publicUrl).href;
}

/** Whether authorization servers can fetch our metadata document at all. */
export const canPublishMetadata = ({ settings }: Pick<Deps, "settings">): boolean =>
  settings.clientMetadataUrl !== null || settings.publicUrl.protocol === "https:";

/**
 * Our Client ID Metadata Document for one server, for whoever asks: an authorization server cannot say who it is.
 *
 * @throws {AppError} `not_found` for a server that is not there (any more), and where neither we nor another host serve it by
 *   https, so that nobody could rely on it
 */
export async function metadataDocument(deps: Pick<Deps, "db" | "settings">, appUuid: string) {
  const clientId = clientMetadataUrlOf(deps, appUuid);
  if (clientId === null || !(await hasApp(deps.db, appUuid))) throw notFound();
  return clientMetadataDocument(clientId, describeClient(deps, appUuid));
}

/** What authorization servers are told about us, by registration and by the document alike. */
export const describeClient = (deps: Pick<Deps, "settings">, appUuid: string): ClientDescription => ({
  clientName: "Switchyard",
  clientUri: deps.settings.publicUrl.protocol === "https:" ? deps.settings.publicUrl.origin : null,
  redirectUri: redirectUriOf(deps, appUuid),
});

import * as rows from "#src/db/icons.ts";
import { AppError } from "#src/errors.ts";
import { drawMonogram } from "#src/lib/monogram.ts";
import type { Deps } from "#src/services/context.ts";
import { wakeIconRefresh } from "#src/services/icons/refresh.ts";
import { type IconOf, readIconToken, signIconToken } from "#src/services/icons/token.ts";

export { startIconRefresh } from "#src/services/icons/refresh.ts";

/** A picture as it is sent: one of the types of `readPicture`, or an SVG that we drew. */
export type ShownIcon = { contentType: string; bytes: Uint8Array };

/** Absolute and usable in `<img src>`: the token in it is all it takes to see the icon. */
export function iconUrl(deps: Pick<Deps, "settings" | "keyring">, server: IconOf): string {
  const url = new URL(
    `/api/v2/w/${server.workspaceId}/mcp-servers/${server.id}/icon`,
    deps.settings.publicUrl,
  );
  url.searchParams.set("token", signIconToken(deps.keyring, server));
  return url.href;
}

/**
 * What an `<img>` gets: the picture that was found, else a monogram. Asks no other host, whatever is missing.
 *
 * A token that we did not make is refused before anything is looked up, so neither the answer nor its time tells
 * whether there is such a server.
 *
 * @throws {AppError} `invalid_icon_token`, also where the server is gone
 */
export async function showIcon(
  deps: Pick<Deps, "db" | "keyring">,
  asked: { workspaceId: string; serverId: number; token: string },
): Promise<ShownIcon> {
  const appUuid = readIconToken(deps.keyring, asked);
  const shown = appUuid === null ? undefined : await rows.findShown(deps.db, asked, appUuid);
  if (appUuid === null || !shown)
    throw new AppError(
      "invalid_icon_token",
      "This icon's address is not valid. Take a new one from the server.",
    );

  if (shown.content && shown.contentType) return { contentType: shown.contentType, bytes: shown.content };
  return { contentType: "image/svg+xml", bytes: new TextEncoder().encode(drawMonogram(shown.name, appUuid)) };
}

/**
 * Has the background look for a server's icon soon: for a new server, and for one that has told more of itself.
 * What is shown stays until something is found. To be called after the server's own change is committed.
 */
export async function requestIcon(
  deps: Pick<Deps, "db">,
  server: { workspaceId: string; id: number },
): Promise<void> {
  await rows.makeDue(deps.db, { workspaceId: server.workspaceId, serverId: server.id });
  wakeIconRefresh(deps.db);
}

/** The same for a server that moved to another origin, which must not go on showing the picture of the old one. */
export async function replaceIcon(
  deps: Pick<Deps, "db">,
  server: { workspaceId: string; id: number },
): Promise<void> {
  await rows.clear(deps.db, { workspaceId: server.workspaceId, serverId: server.id });
  wakeIconRefresh(deps.db);
}

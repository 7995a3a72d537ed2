import type { ServerInfo } from "#src/db/schema.ts";
import { type Picture, readPicture } from "#src/lib/image.ts";
import { readBytes } from "#src/net/documents.ts";
import type { Deps } from "#src/services/context.ts";
import { iconLinksIn } from "#src/services/icons/links.ts";

const MAX_BYTES = 512 * 1024;

type Searched = { url: string; serverInfo: ServerInfo | null };
type Tools = Pick<Deps, "fetch" | "log"> & { signal: AbortSignal };

/**
 * Looks for a server's icon: in what the server says of itself, then on its origin's front page, then at
 * `/favicon.ico`. The first that is a picture is taken. Nothing is sent along that tells who asks.
 *
 * @param tools.signal - ends the whole search; the caller sets its time
 * @returns null where nothing was found, whatever the reason: that is logged at `debug` and nobody's failure
 */
export async function searchIcon(tools: Tools, server: Searched): Promise<Picture | null> {
  const origin = new URL("/", server.url);
  for await (const source of sources(tools, origin, server.serverInfo)) {
    if (tools.signal.aborted) return null;
    const bytes =
      source.protocol === "data:" ? bytesIn(source) : (await download(tools, source, "image/*"))?.bytes;
    const picture = bytes ? readPicture(bytes) : null;
    if (picture) return picture;
    tools.log.debug({ source: source.protocol === "data:" ? "data:" : source }, "no icon there");
  }
  return null;
}

/** Lazily, so that the front page is not asked for where the server names a good icon itself. */
async function* sources(tools: Tools, origin: URL, info: ServerInfo | null): AsyncGenerator<URL> {
  const mayTake = (url: URL): boolean =>
    ["data:", "https:"].includes(url.protocol) || url.origin === origin.origin;
  yield* (info?.icons ?? []).flatMap((icon) => URL.parse(icon.src) ?? []).filter(mayTake);

  const page = await download(tools, origin, "text/html");
  if (page) yield* iconLinksIn(new TextDecoder().decode(page.bytes), page.url).filter(mayTake);
  yield new URL("/favicon.ico", origin);
}

async function download(
  { fetch, log, signal }: Tools,
  url: URL,
  accept: string,
): Promise<{ url: URL; bytes: Uint8Array } | null> {
  try {
    const response = await fetch(url, {
      signal,
      headers: { accept },
      followRedirects: "same-host",
      limits: { maxBytes: MAX_BYTES },
    });
    if (response.ok && !isEventStream(response))
      return { url: new URL(response.url), bytes: await readBytes(response, MAX_BYTES) };
    await response.body?.cancel();
  } catch (error) {
    log.debug({ url, err: error }, "no answer while looking for an icon");
  }
  return null;
}

/** What an MCP endpoint may answer a GET with: it neither ends nor holds a picture. */
const isEventStream = (response: Response): boolean =>
  response.headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") ?? false;

/** Base64 alone: a picture has no reason to be written otherwise, and an SVG is not taken. */
function bytesIn({ href }: URL): Uint8Array | null {
  const [, base64] = /^data:[^,]*;base64,([\w+/=-]*)$/i.exec(href) ?? [];
  return base64 === undefined ? null : Buffer.from(base64, "base64");
}

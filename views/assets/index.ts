import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Asset = { url: string; type: string; content: Uint8Array<ArrayBuffer> };

const own = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const library = (specifier: string): string =>
  readFileSync(fileURLToPath(import.meta.resolve(specifier)), "utf8");

/** Read once, when the program starts. The hash of its content stands in its URL, so a copy never goes stale. */
function asset(name: string, type: string, text: string): Asset {
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 12);
  return { url: `/assets/${hash}/${name}`, type, content: new TextEncoder().encode(text) };
}

const styles = ["base", "layout", "components", "people", "servers", "catalog", "print"].map((part) =>
  own(`./styles/${part}.css`),
);

/** In one file: htmx begins as soon as it can, and an extension that comes a moment later is not asked any more. */
const htmx = ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"];

export const assets = {
  styles: asset("app.css", "text/css", styles.join("\n")),
  script: asset("app.js", "text/javascript", own("./app.js")),
  htmx: asset("htmx.js", "text/javascript", htmx.map(library).join("\n")),
  icon: asset("icon.svg", "image/svg+xml", own("./icon.svg")),
} satisfies Record<string, Asset>;

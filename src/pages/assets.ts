import { Elysia } from "elysia";
import { notFound } from "#src/errors.ts";
import { type Asset, assets } from "#views/assets/index.ts";

const byUrl = new Map<string, Asset>(Object.values(assets).map((asset) => [asset.url, asset]));

/** Styles and scripts, the same for everybody. The URL of one changes with its content, so it is kept for ever. */
export const assetsPages = new Elysia({ name: "pages.assets" }).get(
  "/assets/:hash/:name",
  ({ params: { hash, name } }) => {
    const asset = byUrl.get(`/assets/${hash}/${name}`);
    if (!asset) throw notFound();
    return new Response(asset.content, {
      headers: {
        "content-type": `${asset.type};charset=utf-8`,
        "cache-control": "public, max-age=31536000, immutable",
      },
    });
  },
);

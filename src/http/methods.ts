import type { AnyElysia } from "elysia";

/** The methods that a path takes, as `Allow` lists them; empty for a path that nothing is at. */
export type AllowedAt = (pathname: string) => string[];

type Place = { pattern: RegExp; names: number; methods: string[] };

/** Reads the routes once, when it is first asked: they are all there by then. */
export function methodsOf(app: AnyElysia): AllowedAt {
  let places: Place[] | undefined;
  return (pathname) => {
    const [place] = (places ??= placesOf(app)).filter(({ pattern }) => pattern.test(pathname));
    return place?.methods ?? [];
  };
}

/** A path that is spelled out comes before one with names in it, as in the router. */
function placesOf({ routes }: AnyElysia): Place[] {
  const byPath = Map.groupBy(routes, ({ path }) => path.replace(/(?<=.)\/$/, ""));
  return [...byPath]
    .map(([path, all]) => ({
      pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}/?$`),
      names: path.split(":").length,
      methods: [...new Set(all.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])))],
    }))
    .sort((a, b) => a.names - b.names);
}

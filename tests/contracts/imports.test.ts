import { expect, test } from "bun:test";
import { Glob } from "bun";

/*
 * ARCHITECTURE.md's arrows and front doors, by reading what every file imports.
 */

/** What a folder may import besides itself, `lib` and the few files that are everybody's. */
const mayImport: Record<string, string[]> = {
  main: ["app", "boot"],
  boot: ["services", "db", "mcp", "net"],
  app: ["api", "pages", "http", "services"],
  api: ["http", "services"],
  pages: ["http", "services", "views"],
  http: ["services", "views"],
  services: ["credentials", "oauth", "mcp", "net", "db"],
  credentials: ["oauth"],
  oauth: ["net"],
  mcp: ["net"],
  net: [],
  db: [],
  views: [],
  settings: [],
  errors: [],
  version: [],
  lib: [],
};

const everybodys = ["errors", "settings", "version", "lib"];

/** Which folders an outside package may come in by. */
const frontDoors: [RegExp, string[]][] = [
  [/^elysia$/, ["http", "api", "pages", "app"]],
  [/^@elysiajs\//, ["http"]],
  [/^(drizzle-orm|@electric-sql\/pglite)(\/|$)|^postgres$|^bun:sqlite$/, ["db"]],
  [/^@modelcontextprotocol\//, ["mcp", "oauth"]],
  [/^(arctic|jose)$/, ["oauth"]],
  [/^preact/, ["views", "pages"]],
  [/^ipaddr\.js$/, ["net"]],
  [/^(pino|prom-client)$/, ["lib"]],
  [/^node:(https?|http2|net|tls|dns|dgram)(\/|$)/, ["net"]],
];

/** What does no harm of what a front door is there for. */
const exceptions: Record<string, string> = {
  // The names of statuses, and whether a text is an address: no way out.
  "src/http/errors.ts": "node:http",
  "src/http/openapi-errors.ts": "node:http",
  "src/settings/addresses.ts": "node:net",
  "src/settings/egress-allow.ts": "node:net",
};

type Import = { file: string; layer: string; from: string; isType: boolean };

const imports: Import[] = [];
for (const file of new Glob("{src,views}/**/*.{ts,tsx}").scanSync()) {
  const source = await Bun.file(file).text();
  for (const [, type, from, sideEffect, dynamic] of source.matchAll(
    /^(?:import|export)\s+(type\s)?[^;"]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
  ))
    imports.push({
      file,
      layer: layerOf(file),
      from: from ?? sideEffect ?? dynamic ?? "",
      isType: type !== undefined,
    });
}

function layerOf(path: string): string {
  const [, first = ""] = path.split("/");
  return path.startsWith("views/") ? "views" : first.replace(/\.tsx?$/, "");
}

const ours = imports.filter(({ from }) => from.startsWith("#"));
const theirs = imports.filter(({ from }) => !from.startsWith("#") && from !== "../package.json");
const told = ({ file, from }: Import) => `${file} imports ${from}`;

test("there is something to read", () => {
  expect(imports.length).toBeGreaterThan(500);
  expect([...new Set(imports.map(({ layer }) => layer))].filter((layer) => !(layer in mayImport))).toEqual(
    [],
  );
});

test("every import of ours is by its full name, extension included", () => {
  expect(theirs.filter(({ from }) => from.startsWith(".")).map(told)).toEqual([]);
  expect(ours.filter(({ from }) => !/^#(src|views)\/.+\.(tsx?|css|json)$/.test(from)).map(told)).toEqual([]);
});

test("arrows point one way", () => {
  const against = ours.filter(({ layer, from, isType }) => {
    const target = layerOf(from.slice(1));
    if (target === layer || (layer !== "lib" && everybodys.includes(target))) return false;
    // A view knows what it shows, and calls nobody.
    if (layer === "views" && target === "services" && isType) return false;
    return !mayImport[layer]?.includes(target);
  });

  expect(against.map(told)).toEqual([]);
});

test("an outside package comes in by its front door", () => {
  const elsewhere = theirs.filter(({ file, layer, from }) => {
    const door = frontDoors.find(([name]) => name.test(from));
    return door && !door[1].includes(layer) && exceptions[file] !== from;
  });

  expect(elsewhere.map(told)).toEqual([]);
});

test("every exception is one that is needed", () => {
  for (const [file, from] of Object.entries(exceptions))
    expect(theirs).toContainEqual(expect.objectContaining({ file, from }));
});

test("nothing but the guarded fetch sends requests: nobody else names Bun's own", async () => {
  const calls: string[] = [];
  for (const file of new Glob("src/**/*.{ts,tsx}").scanSync()) {
    const source = await Bun.file(file).text();
    if (/\b(globalThis|Bun|window|self)\.(fetch|connect)\b|\bnew (WebSocket|EventSource)\b/.test(source))
      calls.push(file);
  }

  expect(calls).toEqual([]);
});

test("only settings read the environment", async () => {
  const readers: string[] = [];
  for (const file of new Glob("src/**/*.{ts,tsx}").scanSync())
    if (/\b(process|Bun|import\.meta)\.env\b/.test(await Bun.file(file).text())) readers.push(file);

  expect(readers.sort()).toEqual(["src/boot/seed.ts", "src/main.ts"]);
});

import { describe, expect, test } from "bun:test";
import { codingFor } from "#src/http/compression.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { assets } from "#views/assets/index.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada } = await makePeople(app);
const { cookie } = await ada.signedIn();
const { publicUrl } = app.deps.settings;
const members = `/w/${ada.workspaceId}/members`;

type Headers = Record<string, string>;
const ask = (path: string, headers: Headers = {}, init: RequestInit = {}) =>
  app.handle(
    new Request(new URL(path, publicUrl), { ...init, headers: { cookie, accept: "text/html", ...headers } }),
  );

const unpack = {
  gzip: (bytes: Uint8Array<ArrayBuffer>) => Bun.gunzipSync(bytes),
  zstd: (bytes: Uint8Array<ArrayBuffer>) => Bun.zstdDecompressSync(bytes),
};

/** What a client makes of an answer. */
async function textOf(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const coding = response.headers.get("content-encoding");
  return new TextDecoder().decode(coding === "gzip" || coding === "zstd" ? unpack[coding](bytes) : bytes);
}

const codingOf = ({ headers }: Response) => headers.get("content-encoding");

describe.each([
  ["a page", members, "text/html", "</html>"],
  ["a page of an error", "/nothing", "text/html", "There is nothing here"],
  ["JSON", "/api/openapi.json", "application/json", '"openapi"'],
  ["styles", assets.styles.url, "text/css", "@layer"],
  ["a script", assets.htmx.url, "text/javascript", "htmx"],
])("%s", (_, path, accept, words) => {
  test.each(["gzip", "zstd"])("is sent as %s to whoever takes that, and is the same", async (coding) => {
    const plain = await ask(path, { accept });
    const packed = await ask(path, { accept, "accept-encoding": coding });
    const again = await ask(path, { accept, "accept-encoding": coding });
    const weight = (await packed.clone().arrayBuffer()).byteLength;
    const [text, known] = [await textOf(packed), await textOf(again)];

    expect([codingOf(plain), codingOf(packed), codingOf(again)]).toEqual([null, coding, coding]);
    for (const { headers } of [plain, packed])
      expect(headers.get("vary")?.match(/Accept-Encoding/g)).toHaveLength(1);
    expect(text).toContain(words);
    expect(known).toContain(words);
    expect(weight).toBeLessThan(text.length / 1.5);
    expect(packed.headers.get("content-type")).toBe(plain.headers.get("content-type"));
  });
});

test("a validator is weak and the same for each coding, and one is told that nothing changed", async () => {
  const json = { accept: "application/json", "accept-encoding": "gzip" };
  const plain = await ask("/api/openapi.json", { accept: "application/json" });
  const packed = await ask("/api/openapi.json", json);
  const etag = packed.headers.get("etag") ?? "";
  const unchanged = await ask("/api/openapi.json", { ...json, "if-none-match": etag });

  expect(etag).toStartWith('W/"');
  expect(plain.headers.get("etag")).toBe(etag);
  expect([unchanged.status, codingOf(unchanged), await unchanged.text()]).toEqual([304, null, ""]);
  expect(unchanged.headers.get("vary")).toContain("Accept-Encoding");
});

test("what is small, and what is no text, is sent as it is", async () => {
  const small = await ask("/api/v2/me", { accept: "application/json", "accept-encoding": "gzip" });
  const icon = await ask(assets.icon.url, { "accept-encoding": "gzip" });

  expect([small.status, codingOf(small), icon.status, codingOf(icon)]).toEqual([200, null, 200, null]);
});

test("a stream of events is never compressed: nobody would hear of anything until its end", async () => {
  const stream = await ask(`/w/${ada.workspaceId}/servers/live`, { "accept-encoding": "gzip, zstd" });
  await stream.body?.cancel();

  expect(stream.headers.get("content-type")).toStartWith("text/event-stream");
  expect(codingOf(stream)).toBeNull();
});

test.each(["cross-site", "same-site"])("what a page of another site asks for (%s) is not", async (site) => {
  const seen = await ask(members, { "accept-encoding": "gzip", "sec-fetch-site": site });
  const own = await ask(members, { "accept-encoding": "gzip", "sec-fetch-site": "same-origin" });

  expect([seen.status, codingOf(seen), codingOf(own)]).toEqual([200, null, "gzip"]);
});

test.each([
  ["an API key", `/w/${ada.workspaceId}/api-keys/new`, { name: "k", scope: "apps:read", expiresInDays: "" }],
  ["an invitation", `${members}/invite`, { role: "viewer" }],
])(
  "the page that shows %s this once is neither compressed nor changed on its way",
  async (_, path, fields) => {
    const made = await ask(
      path,
      { origin: publicUrl.origin },
      { method: "POST", body: new URLSearchParams(fields) },
    );
    const [once = ""] = made.headers.getSetCookie().map((text) => text.split(";")[0]);
    const back = made.headers.get("location") ?? "";

    const shown = await ask(back, { "accept-encoding": "gzip", cookie: `${cookie}; ${once}` });
    const later = await ask(back, { "accept-encoding": "gzip" });

    expect(await textOf(shown)).toMatch(/sy_|syi_/);
    expect([codingOf(shown), shown.headers.get("cache-control")]).toEqual([null, "no-store, no-transform"]);
    expect([codingOf(later), later.headers.get("cache-control")]).toEqual(["gzip", "no-store"]);
  },
);

test.each([
  [null, null],
  ["", null],
  ["identity", null],
  ["br", null],
  ["gzip", "gzip"],
  ["GZIP", "gzip"],
  ["gzip, deflate, br, zstd", "zstd"],
  ["gzip, zstd;q=0", "gzip"],
  ["gzip;q=0", null],
  ["gzip;q=0.000", null],
  ["*", "zstd"],
  ["*;q=0", null],
  ["zstd;q=0, *;q=0.5", "gzip"],
  ["gzip ; q=0.5", "gzip"],
  ["gzip;q=nonsense", null],
] as const)("of %j we take %j", (header, coding) => {
  expect(codingFor(header)).toBe(coding);
});

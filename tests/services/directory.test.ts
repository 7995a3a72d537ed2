import { expect, test } from "bun:test";
import { parseServerUrl } from "#src/lib/url.ts";
import { directory, search } from "#src/services/directory.ts";

test("every entry is a server that could be added, at an address that nobody can listen in on", () => {
  for (const { name, url } of directory) {
    const parsed = parseServerUrl(url);
    expect(name).not.toBe("");
    // As it is stored: only so is an entry known to be there already.
    expect(parsed.ok && parsed.url.href).toBe(url);
    expect(url).toStartWith("https://");
  }
});

test("nothing stands in it twice", () => {
  expect(new Set(directory.map(({ url }) => url)).size).toBe(directory.length);
  expect(new Set(directory.map(({ name }) => name)).size).toBe(directory.length);
});

test("it is searched by name, host and what a server is about, whatever the case", () => {
  expect(search("LINEAR").map(({ name }) => name)).toEqual(["Linear"]);
  expect(search("sentry.dev").map(({ name }) => name)).toEqual(["Sentry"]);
  expect(search("postgres").map(({ name }) => name)).toEqual(["Neon", "Prisma"]);
  expect(search("")).toHaveLength(directory.length);
});

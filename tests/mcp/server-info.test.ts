import { expect, test } from "bun:test";
import { readInstructions, readServerInfo } from "#src/mcp/server-info.ts";

test("what a server says of itself is kept by name", () => {
  const said = {
    name: "files",
    version: "1.2.3",
    title: "Files",
    websiteUrl: "https://files.example/",
    icons: [
      { src: "https://files.example/icon.png", mimeType: "image/png", sizes: ["48x48"], theme: "dark" },
    ],
    other: "not kept",
  };

  const info = readServerInfo(said);

  expect(info).toEqual({
    name: "files",
    version: "1.2.3",
    title: "Files",
    websiteUrl: "https://files.example/",
    icons: [{ src: "https://files.example/icon.png", mimeType: "image/png", sizes: ["48x48"] }],
  });
});

test("names are one clean line, and never long", () => {
  const info = readServerInfo({ name: "a\u202eb\n c", version: "x".repeat(10_000) });

  expect(info?.name).toBe("ab c");
  expect(info?.version).toHaveLength(200);
});

test.each([
  ["javascript:alert(1)"],
  ["https://user:secret@files.example/"],
  ["not a url"],
  [`https://files.example/${"x".repeat(5_000)}`],
  [7],
])("a website at %p is left out", (websiteUrl) => {
  expect(readServerInfo({ name: "files", version: "1", websiteUrl })).toEqual({
    name: "files",
    version: "1",
  });
});

test("icons that cannot be fetched are left out, and no more than sixteen are kept", () => {
  const good = { src: "data:image/png;base64,AAAA" };
  const icons = [
    { src: "file:///etc/passwd" },
    { mimeType: "image/png" },
    "icon",
    ...Array.from({ length: 40 }, () => good),
  ];

  const info = readServerInfo({ name: "files", version: "1", icons });

  expect(info?.icons).toEqual(Array.from({ length: 13 }, () => good));
});

test("a server without a name is nobody", () => {
  expect(readServerInfo(null)).toBeNull();
  expect(readServerInfo({ version: "1" })).toBeNull();
  expect(readServerInfo({ name: "\u200b", version: "1" })).toBeNull();
});

test("instructions are text of a bounded length, or nothing", () => {
  expect(readInstructions("Be brief.")).toBe("Be brief.");
  expect(readInstructions("")).toBeNull();
  expect(readInstructions({ text: "x" })).toBeNull();
  expect(readInstructions("x".repeat(100_000))).toHaveLength(16 * 1024);
});

import { describe, expect, test } from "bun:test";
import { type ImageType, readPicture } from "#src/lib/image.ts";
import {
  animatedPng,
  animatedWebp,
  bitmap,
  extendedWebp,
  gif,
  ico,
  join,
  jpeg,
  losslessWebp,
  png,
  pngChunk,
  progressiveJpeg,
  svg,
  webp,
} from "#tests/support/pictures.ts";

const html = "<!doctype html><script>alert(1)</script>";

const still: [string, ImageType, () => Uint8Array | Promise<Uint8Array>][] = [
  ["PNG", "image/png", png],
  ["JPEG", "image/jpeg", jpeg],
  ["progressive JPEG", "image/jpeg", progressiveJpeg],
  ["GIF", "image/gif", () => gif({ width: 16, height: 16 })],
  ["WebP", "image/webp", webp],
  ["lossless WebP", "image/webp", losslessWebp],
  ["extended WebP", "image/webp", extendedWebp],
  ["ICO of PNGs", "image/x-icon", () => ico(png(), png({ width: 8, height: 8 }))],
  ["ICO of bitmaps", "image/x-icon", () => ico(bitmap(), bitmap({ width: 8, height: 8 }))],
];

describe.each(still)("a still %s", (_, type, make) => {
  test("is recognised, with its size", async () => {
    const bytes = await make();

    const picture = readPicture(bytes);

    expect(picture).toEqual({ type, width: 16, height: 16, bytes });
  });

  test("is nothing while its end is missing", async () => {
    const bytes = await make();

    const accepted = Array.from(bytes.keys()).filter((length) => readPicture(bytes.subarray(0, length)));

    expect(accepted).toEqual([]);
  });

  test("loses what was hung on behind it", async () => {
    const bytes = await make();

    const picture = readPicture(join(bytes, html));

    expect(picture?.bytes).toEqual(bytes);
  });

  test("is read in its own bounds, though a larger buffer is around it", async () => {
    const bytes = await make();
    const around = join("before", bytes, bytes);

    const whole = readPicture(around.subarray(6, 6 + bytes.length));
    const cut = readPicture(around.subarray(6, 6 + bytes.length - 1));

    expect(whole?.bytes).toEqual(bytes);
    expect(cut).toBeNull();
  });

  test("costs no error, whichever byte of it is another", async () => {
    const bytes = await make();

    const misread = Array.from(bytes.keys()).filter((at) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = 0xff - (changed[at] ?? 0);
      const picture = readPicture(changed);
      return picture !== null && (picture.width > 1024 || picture.height > 1024);
    });

    expect(misread).toEqual([]);
  });
});

test.each([
  ["a PNG", animatedPng],
  ["a PNG with frames", () => png({ chunks: [pngChunk("fcTL", new Uint8Array(26))] })],
  ["a GIF", () => gif({ frames: 2 })],
  ["a WebP", animatedWebp],
  ["a WebP that does not announce it", () => extendedWebp({ chunks: [join("ANMF\0\0\0\0")] })],
  ["a PNG in an ICO", () => ico(png(), animatedPng())],
])("%s that moves is refused", async (_, make) => {
  const bytes = await make();

  const picture = readPicture(bytes);

  expect(picture).toBeNull();
});

test.each([
  ["the largest that is taken", 1024, 1024, true],
  ["one pixel wider", 1025, 1, false],
  ["one pixel higher", 1, 1025, false],
  ["no width", 0, 16, false],
  ["no height", 16, 0, false],
  ["a hundred thousand pixels", 100_000, 100_000, false],
  ["the largest a PNG can claim", 0xffff_ffff, 0xffff_ffff, false],
])("sides: %s", (_, width, height, isTaken) => {
  const bytes = png({ width, height });

  const picture = readPicture(bytes);

  expect(picture !== null).toBe(isTaken);
});

test.each([
  ["huge GIF screen", () => gif({ width: 1025 })],
  ["huge WebP canvas", () => extendedWebp({ width: 100_000, height: 100_000 })],
  ["huge bitmap in an ICO", () => ico(bitmap({ width: 100_000 }))],
  ["bitmap of negative height", () => ico(bitmap({ height: -16 }))],
  ["huge PNG in an ICO", () => ico(png({ width: 100_000 }))],
])("a %s is refused", async (_, make) => {
  const bytes = await make();

  const picture = readPicture(bytes);

  expect(picture).toBeNull();
});

test.each([
  ["nothing", ""],
  ["HTML", html],
  ["HTML behind a PNG's signature", `\x89PNG\r\n\x1A\n${html}`],
  ["HTML behind a JPEG's first bytes", `\xFF\xD8\xFF\xE0${html}`],
  ["HTML behind a GIF's name", `GIF89a${html}`],
  ["HTML behind a WebP's name", `RIFF\xFF\0\0\0WEBP${html}`],
  ["HTML behind an ICO's first bytes", `\0\0\x01\0\x01\0${html}${html}`],
  ["an SVG with script", svg("alert(1)")],
  ["an SVG behind a byte order mark", join("\xEF\xBB\xBF", svg("alert(1)"))],
  ["a PNG behind a space", join(" ", png())],
  ["a PNG without pixels", join("\x89PNG\r\n\x1A\n", png().subarray(8, 33), pngChunk("IEND", ""))],
  ["a cursor", join("\0\0\x02\0", ico(png()).subarray(4))],
  ["an ICO with more entries than anybody draws", join("\0\0\x01\0\xFF\xFF", ico(png()).subarray(6))],
  ["a PDF", "%PDF-1.7\n"],
  ["a bitmap file", join("BM", new Uint8Array(200))],
])("%s is no picture", (_, content) => {
  const bytes = join(content);

  const picture = readPicture(bytes);

  expect(picture).toBeNull();
});

import { expect, test } from "bun:test";
import { drawMonogram } from "#src/lib/monogram.ts";

const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
const letterOf = (drawn: string) => />([^<]*)<\/text>/.exec(drawn)?.[1];
const colorOf = (drawn: string) => /<rect[^>]* fill="(#[0-9a-f]{6})"/.exec(drawn)?.[1] ?? "";

test.each([
  ["Linear", "L"],
  ["linear", "L"],
  ["  (beta) docs", "B"],
  ["7 seas", "7"],
  ["école", "É"],
  ["e\u0301cole", "É"],
  ["ßtraße", "S"],
  ["日本", "日"],
  ["🚀 rockets", "R"],
  ["🚀", "#"],
  ["", "#"],
  ["<script>", "S"],
  ["\"&'<>", "#"],
  ["\u202E\u200B\uD800x", "X"],
  [`a${"\u0301".repeat(1000)}`, "Á"],
])("the monogram of %p is %s", (name, letter) => {
  const drawn = drawMonogram(name, uuid);

  expect(letterOf(drawn)).toBe(letter);
});

test("the colour follows the identity, not the name", () => {
  const [before, renamed] = [drawMonogram("Linear", uuid), drawMonogram("Notion", uuid)];

  expect(colorOf(renamed)).toBe(colorOf(before));
});

test("the letter reaches AA contrast on every colour there is", () => {
  const ids = Array.from({ length: 200 }, () => crypto.randomUUID());

  const colors = new Set(ids.map((id) => colorOf(drawMonogram("Linear", id))));

  expect(colors.size).toBeGreaterThan(6);
  expect([...colors].filter((color) => contrastWithWhite(color) < 4.5)).toEqual([]);
});

test("the drawing is well-formed and holds nothing that could run or load", async () => {
  const drawn = drawMonogram("<img src=x onerror=alert(1)>", uuid);

  const elements: string[] = [];
  new HTMLRewriter().on("*", { element: (element) => void elements.push(element.tagName) }).transform(drawn);

  expect(elements).toEqual(["svg", "rect", "text"]);
  expect(drawn.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
    /\bon\w+=|href|url\(|style|http/,
  );
});

/** WCAG 2.2: (1 + 0.05) / (L + 0.05), with the relative luminance L of an sRGB colour. */
function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

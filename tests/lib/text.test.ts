import { describe, expect, test } from "bun:test";
import {
  cleanText,
  codePointLength,
  hasForbiddenCharacters,
  visibleText,
  wellFormed,
} from "#src/lib/text.ts";

const unseen = [
  ["NUL", "\0"],
  ["escape", "\u001b"],
  ["delete", "\u007f"],
  ["a C1 control", "\u009b"],
  ["a soft hyphen", "\u00ad"],
  ["an Arabic letter mark", "\u061c"],
  ["a Hangul filler", "\u3164"],
  ["a zero-width space", "\u200b"],
  ["a zero-width joiner", "\u200d"],
  ["a right-to-left mark", "\u200f"],
  ["a right-to-left override", "\u202e"],
  ["a word joiner", "\u2060"],
  ["an isolate", "\u2066"],
  ["a byte order mark", "\ufeff"],
  ["an interlinear anchor", "\ufff9"],
  ["a tag", "\u{e0041}"],
  ["a supplementary variation selector", "\u{e0100}"],
] as const;

describe("what cannot be stored", () => {
  for (const text of ["\0", "a\0b", "\ud800", "a\udc00", "\udc00\ud800", "🙂\ud83d"]) {
    test(`${JSON.stringify(text)} is found, and replaced where it must be kept regardless`, () => {
      expect(hasForbiddenCharacters(text)).toBe(true);
      expect(hasForbiddenCharacters(wellFormed(text))).toBe(false);
      expect(wellFormed(text)).toHaveLength(text.length);
    });
  }

  for (const text of ["", "plain", "später", "🙂👩‍👩‍👧", "\u202e", "\n\t", "\uffff"]) {
    test(`${JSON.stringify(text)} is none of it`, () => {
      expect(hasForbiddenCharacters(text)).toBe(false);
      expect(wellFormed(text)).toBe(text);
    });
  }
});

describe("what cannot be seen", () => {
  for (const [what, char] of unseen) {
    test(`${what} leaves a name, and is written out where text is shown`, () => {
      const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

      expect(cleanText(`a${char}b`)).toBe("ab");
      expect(visibleText(`a${char}b`)).toBe(`a⟨U+${hex}⟩b`);
    });
  }

  test("line breaks and tabs stay where text is shown", () => {
    expect(visibleText("one\r\ntwo\n\tthree")).toBe("one\ntwo\n\tthree");
    expect(visibleText("over\rwritten")).toBe("over⟨U+000D⟩written");
    expect(visibleText("a\u2028b")).toBe("a⟨U+2028⟩b");
  });

  test("a lone surrogate is shown as the replacement character", () => {
    expect(visibleText("a\ud800b")).toBe("a\ufffdb");
    expect(cleanText("a\ud800b")).toBe("a\ufffdb");
  });

  for (const text of ["Ada Lovelace", "日本語", "עברית", "naïve", "❤️ plain ❤︎", "🇩🇪", "1 < 2 & <b>"]) {
    test(`${text} stays as it is`, () => {
      expect(cleanText(text)).toBe(text);
      expect(visibleText(text)).toBe(text);
    });
  }
});

describe("a name", () => {
  test("is one line without needless space", () => {
    expect(cleanText("  Ada\n\t Love\u2028lace\u00a0 ")).toBe("Ada Love lace");
    expect(cleanText("a \u200b b")).toBe("a b");
  });

  test("is the same however its accents were typed", () => {
    expect(cleanText("e\u0301")).toBe("\u00e9");
  });

  test("made of nothing that can be seen is empty", () => {
    expect(cleanText("\u200b\u2060 \u3164\n")).toBe("");
  });
});

test("length is counted in code points", () => {
  expect(codePointLength("")).toBe(0);
  expect(codePointLength("né")).toBe(2);
  expect(codePointLength("🙂".repeat(80))).toBe(80);
});

/*
 * Text comes from people, servers and metadata documents that we do not trust. What cannot be stored is refused, and
 * what cannot be seen is made visible or removed.
 */

/**
 * Controls, bidi overrides, zero-width characters and everything else that is drawn as nothing (Unicode
 * Default_Ignorable_Code_Point), among it the tags that smuggle instructions past a reader. Without the two selectors
 * that choose between an emoji and its plain form.
 */
const UNSEEN = /[[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]--[\uFE0E\uFE0F]]/gv;

/** What stands between words or lines, and so leaves a space behind. */
const LINE_SPACE = /[\t\n\v\f\r\u0085\u2028\u2029]/g;

/** NUL and lone surrogates: neither Postgres nor UTF-8 can hold them. */
export function hasForbiddenCharacters(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}

/** The same text with U+FFFD in the place of what cannot be stored. For what a server said and is kept regardless. */
export function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

/** One clean line, for names: NFC, what cannot be seen removed, white space collapsed. May come out empty. */
export function cleanText(text: string): string {
  const line = text.toWellFormed().normalize("NFC").replace(LINE_SPACE, " ");
  return line.replace(UNSEEN, "").replace(/\s+/g, " ").trim();
}

/** Whether there is something in a line of text that nobody would see; white space of any kind is seen. */
export function hasUnseenCharacters(text: string): boolean {
  return text.replace(LINE_SPACE, " ").search(UNSEEN) >= 0;
}

/** For showing text as it is: line breaks and tabs stay, what cannot be seen is written out as `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  const lines = text.toWellFormed().replaceAll("\r\n", "\n");
  return lines.replace(UNSEEN, (char) => (char === "\n" || char === "\t" ? char : `⟨U+${codePoint(char)}⟩`));
}

/** In code points, as a limit in characters is meant: an emoji outside the basic plane is one, not two. */
export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function codePoint(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

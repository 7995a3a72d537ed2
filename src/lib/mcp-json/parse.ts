/**
 * JSON as people keep it in configuration files: with comments and a comma too many.
 *
 * @throws {SyntaxError}
 */
export function parseLooseJson(text: string): unknown {
  return JSON.parse(withoutTrailingCommas(withoutComments(text)));
}

/** One pass over the text, whatever is in it. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (text[at] === "/" && (text[at + 1] === "/" || text[at + 1] === "*")) {
      kept.push(text.slice(from, at), " ");
      const isLine = text[at + 1] === "/";
      const end = text.indexOf(isLine ? "\n" : "*/", at + 2);
      if (end < 0) return kept.join("");
      at = isLine ? end : end + 1;
      from = at + 1;
    }
  }
  return kept.join("") + text.slice(from);
}

function withoutTrailingCommas(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (text[at] === ",") {
      let next = at + 1;
      while (/\s/.test(text[next] ?? "")) next += 1;
      if (text[next] === "}" || text[next] === "]") {
        kept.push(text.slice(from, at));
        from = at + 1;
      }
      at = next - 1;
    }
  }
  return kept.join("") + text.slice(from);
}

/** The place of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

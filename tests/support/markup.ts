/** What a reader of markup reads. What only sets words apart, as a name's own direction does, leaves no space. */
export const wordsIn = (html: string): string =>
  html
    .replaceAll(/<\/?(?:bdi|time)\b[^>]*>/g, "")
    .replaceAll(/<svg.*?<\/svg>|<template.*?<\/template>|<[^>]+>/gs, " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The words of what a page is about, without what stands around it. */
export const textOf = (html: string): string => wordsIn(/<main.*<\/main>/s.exec(html)?.[0] ?? "");

/** Attributes that lead somewhere, or fetch something. */
const leads = new Set(["href", "src", "action", "formaction", "hx-get", "hx-post", "hx-sse:connect"]);

/** What no page of ours may hold, whoever's words it shows. */
export async function dangersIn(html: string): Promise<string[]> {
  const dangers: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(element) {
      const { tagName } = element;
      if (tagName === "script" && !element.getAttribute("src")?.startsWith("/assets/"))
        dangers.push("inline script");
      if (["iframe", "object", "embed", "base", "style"].includes(tagName)) dangers.push(tagName);
      for (const [name, value] of element.attributes) {
        if (name.startsWith("on")) dangers.push(`${tagName} ${name}`);
        if (name === "style") dangers.push(`${tagName} style`);
        if (name.startsWith("hx-on")) dangers.push(`${tagName} ${name}`);
        if (
          leads.has(name) &&
          !/^(\/(?!\/)|#|https?:|mailto:|cursor:|vscode:|data:application\/octet-stream|data:image\/(png|jpeg|gif|webp);)/.test(
            value,
          )
        )
          dangers.push(`${tagName} ${name}=${value.slice(0, 40)}`);
        if (name.startsWith("hx-") && /^(\/|#)evil/.test(value)) dangers.push(`${tagName} ${name}=${value}`);
      }
    },
  });
  await rewriter.transform(new Response(html)).text();
  return dangers;
}

// The bell stands for the controls, without the white space among them.
const UNSEEN = /[\u202A-\u202E\u2066-\u2069\u200B]|\u{E0041}|(?![\t\n\r])\p{Cc}/u;

/**
 * What is shown or read out with characters in it that nobody sees. Not the names and values of fields: those have to be
 * exactly what they are.
 */
export async function unseenIn(html: string): Promise<string[]> {
  const found: string[] = [];
  const note = (text: string) => void (UNSEEN.test(text) && found.push(text.slice(0, 100)));
  const withoutFields = new HTMLRewriter().on("textarea", { element: (element) => void element.remove() });
  const reader = new HTMLRewriter().on("*", {
    element(element) {
      for (const name of ["aria-label", "title", "placeholder", "alt"])
        note(element.getAttribute(name) ?? "");
    },
    text: ({ text }) => note(text),
  });
  await reader.transform(withoutFields.transform(new Response(html))).text();
  return found;
}

const MAX_LINKS = 8;

/**
 * The pictures that a page names as its icons, as absolute URLs in the page's order.
 *
 * `apple-touch-icon` counts as well: it is always a bitmap, where the `icon` of many sites is an SVG that we refuse.
 *
 * @param html - hostile; read by a parser that builds no tree
 * @param address - what relative links start from, unless the page has a `<base>`
 */
export function iconLinksIn(html: string, address: URL): URL[] {
  const links: URL[] = [];
  let base: URL | null = null;
  const rewriter = new HTMLRewriter()
    .on("base[href]", {
      element(element) {
        base ??= URL.parse(attribute(element, "href"), address);
      },
    })
    .on("link[rel][href]", {
      element(element) {
        if (links.length === MAX_LINKS || !isIcon(attribute(element, "rel"), attribute(element, "type")))
          return;
        const link = URL.parse(attribute(element, "href"), base ?? address);
        if (link) links.push(link);
      },
    });
  rewriter.transform(html);
  return links;
}

const isIcon = (rel: string, type: string): boolean =>
  /(^|\s)(icon|apple-touch-icon)(\s|$)/i.test(rel) && !/svg/i.test(type);

/** The parser gives attributes as written; of the character references, URLs need this one. */
const attribute = (element: HTMLRewriterTypes.Element, name: string): string =>
  (element.getAttribute(name) ?? "").replaceAll(/&(amp|#38|#x26);/gi, "&");

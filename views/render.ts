import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/** A whole page. Text is escaped by the renderer; nothing in these views gets around it. */
export const renderPage = (page: VNode): string => `<!doctype html>\n${renderToString(page)}`;

/** A part of one, for htmx to put somewhere. */
export const renderPart = (part: VNode): string => renderToString(part);

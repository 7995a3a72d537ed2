import type { VNode } from "preact";
import { page } from "#src/http/page-answer.ts";
import { renderPage, renderPart } from "#views/render.ts";

type Options = Parameters<typeof page>[1];

/** Answers with a whole page. A refusal gives the status of a form that is shown again. */
export const show = (view: VNode, options?: Options): Response => page(renderPage(view), options);

/** Answers with a part of one, for htmx to put somewhere. */
export const showPart = (view: VNode, options?: Options): Response => page(renderPart(view), options);

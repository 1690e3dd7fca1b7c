/**
 * @file HTML by tagged template: whatever is interpolated is escaped, unless it is HTML made here.
 *
 * Corpus text is hostile. Nothing reaches the page but through `html`, so no place can forget to escape; drawings of
 * our own (SVG from Plot, which escapes its texts) come in through `drawing`.
 */

import { escapeHtml } from "../escape.js";

/** Markup that may go into a page as it is. Only this file makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

type Content = Html | string | number | null | readonly Content[];

/** html`<p>${text}</p>`: text is escaped, Html and lists of it are kept, null is nothing. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.reduce((page, string, i) => page + render(contents[i - 1]) + string));
}

function render(content: Content): string {
  if (content === null) return "";
  if (content instanceof Html) return content.markup;
  if (Array.isArray(content)) return content.map(render).join("");
  return escapeHtml(String(content));
}

/** An SVG drawn by figures/. */
export function drawing(svg: string): Html {
  return new Html(svg);
}

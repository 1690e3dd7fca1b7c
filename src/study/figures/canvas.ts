/**
 * @file Drawing with Observable Plot on the server side: from plot options to an SVG string.
 *
 * Colours are CSS variables (palette.ts), fonts are inherited, so the page decides on light and dark. `standAlone` makes
 * a file of its own, with a solid background, that reads well wherever it is embedded.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml } from "../escape.js";
import { type Theme, variables } from "./palette.js";

/** How a figure is laid out: facets side by side, or stacked on narrow screens. */
export interface Layout {
  width: number;
  stacked: boolean;
}
export const WIDE: Layout = { width: 900, stacked: false };
export const NARROW: Layout = { width: 380, stacked: true };

export type PlotOptions = Plot.PlotOptions;

/** Facet channel and scale for a layout: columns side by side, or rows. */
export function facets(layout: Layout, names: readonly string[]) {
  const key = layout.stacked ? "fy" : "fx";
  return {
    /** Width of one facet in pixels, about. */
    width: (layout.width - 52) / (layout.stacked ? 1 : names.length + 0.06 * (names.length - 1)),
    /** Channel to add to a mark. */
    by: (field: string) => ({ [key]: field }),
    /** Scale to add to the plot; titles are drawn by `facetTitles`. */
    scale: { [key]: { domain: names, axis: null, padding: layout.stacked ? 0.12 : 0.06 } },
    /** Each facet's name, in its top left corner above the frame. */
    titles: (title: (name: string) => string = (name) => name) =>
      Plot.text(names, {
        [key]: (name: string) => name,
        text: title as (name: string) => string,
        frameAnchor: "top-left",
        dy: -18,
        fontSize: 13,
        fontWeight: 600,
        fill: "var(--ink)",
      } as Plot.TextOptions),
  };
}

/** Draws a plot. `description` is what a screen reader says. */
export function draw(options: PlotOptions, description: string): string {
  const svg = plotElement(options);
  svg.querySelector("style")?.remove();
  svg.removeAttribute("class");
  svg.setAttribute("role", "img");
  for (const [name, value] of Object.entries(ROOT_ATTRIBUTES)) svg.setAttribute(name, value);
  // linkedom leaves < and > in attributes as they are.
  return svg.outerHTML.replace("<svg", () => `<svg aria-label="${escapeHtml(description)}"`);
}

const ROOT_ATTRIBUTES = { xmlns: "http://www.w3.org/2000/svg", "font-family": "inherit", color: "var(--muted)" };

/** From values to pixels and back. */
export interface PixelScale {
  apply(value: number): number;
  invert(pixel: number): number;
}

/** What Plot returns, as far as it is used: an element of linkedom, whose types are not the browser's. */
interface PlotElement {
  outerHTML: string;
  querySelector(selector: string): { remove(): void } | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  scale(name: "x" | "y"): PixelScale;
}

function plotElement(options: PlotOptions): PlotElement {
  const { document } = parseHTML("<html><body></body></html>");
  const style = { fontSize: "12px", background: "none", overflow: "visible" };
  return Plot.plot({ ...options, document, style } as unknown as PlotOptions) as unknown as PlotElement;
}

/** A scale of these options, for placing labels. */
export function pixelScale(options: PlotOptions, scale: "x" | "y"): PixelScale {
  return plotElement(options).scale(scale);
}

/** An SVG file of its own: colours of one theme, solid background, margin, system font. */
export function standAlone(svg: string, theme: Theme = "light"): string {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
  const pad = 20;
  const box = `viewBox="${-pad} ${-pad} ${width + 2 * pad} ${height + 2 * pad}"`;
  const style = `<style>svg { ${variables(theme)} font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }</style>`;
  const background = `<rect x="${-pad}" y="${-pad}" width="${width + 2 * pad}" height="${height + 2 * pad}" rx="8" fill="var(--paper)"/>`;
  return svg
    .replace(/ (width|height)="[\d.]+"/g, (match, _name, offset: number) => (offset < svg.indexOf(">") ? "" : match))
    .replace(/viewBox="[^"]*"/, `${box} width="${width + 2 * pad}" height="${height + 2 * pad}"`)
    .replace(/font-family="inherit"/, "")
    .replace(">", `>${style}${background}`)
    .concat("\n");
}

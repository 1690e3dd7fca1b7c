/**
 * @file The page around a report: no script, no request to anywhere (a content security policy says so to the browser),
 * one style sheet for light, dark and print.
 */
import { Html, html } from "./html.js";
import { STYLES } from "./styles.js";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export interface Page {
  title: string;
  /** Of the package that made it. */
  version: string;
  /** Style rules of this report alone, as CSS. */
  styles?: string;
  body: Html;
}

/** A whole page that stands alone. */
export function page({ title, version, styles = "", body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="lacuna ${version}">
<title>${title}</title>
<style>${new Html(STYLES + styles)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}

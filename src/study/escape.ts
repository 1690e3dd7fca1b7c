/** @file The one place where text becomes safe to stand in HTML or SVG. */

/** Text as HTML text or attribute value: markup, quotes and control characters are harmless. */
export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;")
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}]/gu, "\ufffd");
}

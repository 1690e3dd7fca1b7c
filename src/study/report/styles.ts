/** @file The report's style sheet: light, dark and print from the figures' own colours. */
import { variables } from "../figures/index.js";

export const STYLES = `
:root { color-scheme: light dark; ${variables("light")} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables("dark")} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  font-feature-settings: "kern", "liga"; text-rendering: optimizeLegibility;
}
main, header, footer { max-width: 948px; margin: 0 auto; padding: 0 24px; }
h1, h2, h3, .lede { font-family: ui-serif, Charter, "Bitstream Charter", "Iowan Old Style", Georgia, Cambria, serif; }
h1 { font-size: clamp(30px, 5vw, 46px); line-height: 1.12; letter-spacing: -0.015em; font-weight: 600; margin: 10px 0 22px; text-wrap: balance; }
h2 { font-size: 27px; line-height: 1.2; font-weight: 600; margin: 72px 0 14px; letter-spacing: -0.01em; }
h3 { font-size: 18px; font-weight: 600; margin: 34px 0 8px; }
p, li { max-width: 68ch; text-wrap: pretty; }
.kicker { margin: 30px 0 0; color: var(--muted); font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; }
.lede { font-size: clamp(18px, 2.4vw, 22px); line-height: 1.5; margin: 0 0 34px; max-width: 62ch; }
.muted, figcaption, .note { color: var(--muted); }
.synthetic { border: 2px solid var(--forget); color: var(--forget); border-radius: 8px; padding: 10px 16px; font-weight: 600; margin: 24px 0 0; max-width: none; }
.done { font-size: 16.5px; line-height: 1.45; margin: 6px 0 10px; max-width: none; color: var(--muted); }
.done + h1 { font-size: clamp(22px, 2.6vw, 30px); line-height: 1.25; margin: 0 0 18px; text-wrap: pretty; }
.blunt { border: 2px solid var(--forget); border-radius: 8px; padding: 12px 16px; margin: 14px 0; max-width: none; } .blunt strong { color: var(--forget); }
.first { margin: 0 0 14px; } .first h2 { font-size: 18px; margin: 0 0 6px; } .first figcaption { font-size: 13.5px; margin-top: 8px; max-width: none; }
.paper { font-size: 15px; line-height: 1.5; max-width: 92ch; border-left: 3px solid var(--line); padding-left: 14px; margin: 14px 0 0; }
.arms, .controls { list-style: none; padding: 0; margin: 8px 0 0; } .arms li { font-size: 13.5px; line-height: 1.45; padding: 2px 0 2px 44px; text-indent: -44px; }
.arms svg, .controls svg, .legend svg { display: inline-block; vertical-align: -2px; margin-right: 10px; flex: none; }
.controls li { padding: 8px 0 8px 44px; text-indent: -44px; max-width: 80ch; } .controls .detail { display: block; text-indent: 0; color: var(--muted); font-size: 14px; line-height: 1.5; font-variant-numeric: tabular-nums; }
nav { border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); margin: 34px 0 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 22px; list-style: none; padding: 10px 0; margin: 0; font-size: 14.5px; } nav a { color: inherit; text-underline-offset: 3px; }
details { margin: 0 0 10px; } summary { cursor: pointer; color: var(--muted); }
.findings { list-style: none; padding: 0; margin: 0; border-top: 1px solid var(--line); }
.findings li { display: grid; grid-template-columns: 84px 1fr; gap: 6px 18px; padding: 13px 0 12px; border-bottom: 1px solid var(--line); max-width: none; break-inside: avoid; }
.findings .detail { grid-column: 2; color: var(--muted); font-size: 14px; line-height: 1.5; font-variant-numeric: tabular-nums; }
.verdict { font-size: 12.5px; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; padding-top: 2px; }
.verdict.yes { color: var(--retain); } .verdict.no { color: var(--forget); } .verdict.partly, .verdict.unclear { color: var(--muted); }
figure { margin: 30px 0 44px; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; }
figure h3 { margin: 0 0 10px; }
figcaption { font-size: 14.5px; line-height: 1.55; max-width: 76ch; margin-top: 12px; }
figcaption strong { color: var(--ink); font-weight: 600; }
.narrow { display: none; }
.panels { display: grid; grid-template-columns: repeat(3, 1fr); gap: 18px; }
.panels h4 { margin: 0 0 4px; font-size: 13px; } .panels p { margin: 6px 0 0; font-size: 13px; line-height: 1.45; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13.5px; color: var(--muted); margin: 0 0 14px; padding: 0; list-style: none; }
.legend i { display: inline-block; width: 18px; height: 3px; border-radius: 2px; vertical-align: 4px; margin-right: 7px; }
.passage { background: var(--raised); border-radius: 10px; padding: 18px 20px; margin: 0 0 18px; break-inside: avoid; }
.passage .text { unicode-bidi: isolate; margin: 0; max-width: none; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 15.5px; line-height: 2.05; }
.passage .source { margin: 12px 0 0; font-size: 12.5px; color: var(--muted); max-width: none; overflow-wrap: anywhere; }
.t { padding: 2px 0 1px; border-top: 2px solid transparent; border-bottom: 2px solid transparent; background: color-mix(in srgb, var(--forget) calc(var(--s) * 0.62%), transparent); }
.t.cut { border-top-color: var(--forget); } .t.truth { border-bottom-color: var(--ink); }
.scale { display: inline-block; width: 84px; height: 12px; border-radius: 2px; vertical-align: -1px; margin: 0 6px; background: linear-gradient(90deg, transparent, color-mix(in srgb, var(--forget) 62%, transparent)); border: 1px solid var(--line); }
.scroll { overflow-x: auto; margin: 10px 0 22px; }
table { border-collapse: collapse; font-size: 13.5px; line-height: 1.4; font-variant-numeric: tabular-nums; width: 100%; }
caption { position: sticky; left: 0; max-width: min(900px, calc(100vw - 36px)); text-align: left; color: var(--muted); padding: 0 0 8px; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--muted); border-bottom: 1.5px solid var(--line); padding: 6px 11px 6px 0; vertical-align: bottom; white-space: nowrap; }
td { padding: 5px 11px 5px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th.number, td.number { text-align: right; }
tr.first td { border-top: 1.5px solid var(--line); }
td .arm { font-weight: 600; } td small { color: var(--muted); font-size: 12px; }
dl.made { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; font-size: 14.5px; margin: 0 0 20px; }
dl.made dt { color: var(--muted); } dl.made dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: 8px; padding: 13px 16px; font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { color: var(--muted); font-size: 13px; padding-top: 28px; padding-bottom: 64px; margin-top: 64px; border-top: 1px solid var(--line); }
@media (max-width: 720px) {
  main, header, footer { padding: 0 18px; } footer { padding-bottom: 48px; }
  .wide { display: none; } .narrow { display: block; } .panels { grid-template-columns: 1fr; }
  .panels svg { width: 100%; max-width: 380px; }
  .findings li { grid-template-columns: 1fr; } .findings .detail { grid-column: 1; } h2 { margin-top: 56px; }
  dl.made { grid-template-columns: 1fr; gap: 0; } dl.made dd { margin-bottom: 10px; }
  }
@media print {
  body { font-size: 11pt; } main, header, footer { max-width: none; padding: 0; }
  .kicker { margin-top: 0; } h2 { break-after: avoid; margin-top: 36px; } .wide { display: block !important; } .narrow { display: none !important; }
  .panels { grid-template-columns: repeat(3, 1fr) !important; } .scroll { overflow: visible; } table { font-size: 8.5pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

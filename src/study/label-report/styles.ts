/** @file What the page on labels needs beside the reports' common style sheet. */
export const STYLES = `
.cards { grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); }
.bar { display: inline-block; width: 90px; height: 9px; border-radius: 2px; background: var(--line); vertical-align: 0; margin-left: 10px; position: relative; overflow: hidden; }
.bar i { position: absolute; inset: 0 auto 0 0; width: calc(var(--s) * 1%); background: var(--forget); }
.t.f { background: color-mix(in srgb, var(--forget) 34%, transparent); border-top-color: var(--forget); }
.t.u { background: repeating-linear-gradient(135deg, transparent 0 3px, color-mix(in srgb, var(--muted) 40%, transparent) 3px 5px); }
.t.k { border-bottom-color: var(--ink); }
.latents { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; margin: 14px 0 8px; }
.latent { background: var(--raised); border-radius: 10px; padding: 14px 16px; border-top: 3px solid var(--line); break-inside: avoid; min-width: 0; }
.latent.kept { border-top-color: var(--forget); } .latent.rejected { border-top-color: var(--retain); }
.latent h4 { margin: 0; font-size: 14px; display: flex; justify-content: space-between; gap: 10px; font-variant-numeric: tabular-nums; }
.latent h4 small { color: var(--muted); font-weight: 400; white-space: nowrap; }
.latent .says { margin: 6px 0 8px; font-size: 14px; line-height: 1.45; overflow-wrap: anywhere; max-width: none; }
.latent ul { margin: 0; padding: 0; list-style: none; }
.latent li { font-size: 12.8px; line-height: 1.5; padding: 4px 0; border-top: 1px solid var(--line); color: var(--muted); overflow-wrap: anywhere; max-width: none; unicode-bidi: isolate; }
.latent li b { font-weight: 600; color: var(--ink); border-radius: 2px; padding: 1px 0; background: color-mix(in srgb, var(--forget) calc(12% + var(--s) * 0.5%), transparent); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 14px; margin: 14px 0; }
.pair > div { background: var(--raised); border-radius: 10px; padding: 14px 16px; }
.pair h4 { margin: 0 0 2px; font-size: 14px; } .pair .kappa { font-size: 26px; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.pair table { margin-top: 8px; } .pair .note { font-size: 12.5px; margin: 8px 0 0; }
.passage .text + .text { margin-top: 12px; padding-top: 10px; border-top: 1px solid var(--line); }
.passage .by { display: block; font-size: 12px; line-height: 1.4; color: var(--muted); letter-spacing: 0.02em; }
details { margin: 10px 0 0; } summary { cursor: pointer; color: var(--muted); font-size: 14px; }
.words { display: block; white-space: normal; overflow-wrap: anywhere; min-width: 240px; }
.folder { font-weight: 600; }
@media (max-width: 720px) { .latents { grid-template-columns: 1fr; } }
`;

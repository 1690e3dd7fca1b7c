/** @file Style rules of the page on a new classifier, beside the report's own. */
export const STYLES = `
.lede { margin-bottom: 14px; }
.lede.good { border-left: 4px solid var(--retain); padding-left: 14px; }
.lede.fair, .lede.unknown { border-left: 4px solid var(--line); padding-left: 14px; }
.lede.blunt { border-left: 4px solid var(--forget); padding-left: 14px; }
h2.next { margin: 26px 0 6px; font-size: 20px; }
header ul { padding-left: 20px; margin: 0 0 14px; } header pre { margin: 0 0 26px; }
mark { background: color-mix(in srgb, var(--forget) 30%, transparent); color: inherit; border-radius: 2px; padding: 0 1px; }
.around { color: var(--muted); }
td:first-child { white-space: normal; overflow-wrap: anywhere; }
`;

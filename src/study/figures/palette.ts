/**
 * @file Colours and marker shapes: one per arm, the same in every figure, table and passage.
 *
 * Figures name colours as CSS variables, so one drawing serves light, dark and print. Hues (grey, amber, blue, purple)
 * stay apart under the common colour-vision deficiencies; shapes and direct labels say the same without colour.
 */
import type { ArmFacts } from "../results.js";

export type Theme = "light" | "dark";

const SHADES: Record<string, Record<Theme, string>> = {
  paper: { light: "#ffffff", dark: "#14161a" },
  raised: { light: "#f6f5f2", dark: "#1c1f25" },
  ink: { light: "#1d2025", dark: "#e8e6e1" },
  muted: { light: "#5d636d", dark: "#a3a8b2" },
  line: { light: "#dedbd4", dark: "#363b45" },
  "arm-none": { light: "#6d737d", dark: "#a9afb9" },
  "arm-document": { light: "#b97000", dark: "#f0a83a" },
  "arm-mask": { light: "#0a6cb3", dark: "#62b4ee" },
  "arm-remove": { light: "#a8216f", dark: "#ee86bd" },
  control: { light: "#7a6a4f", dark: "#b8a98b" },
  "arm-unlearned": { light: "#197a6b", dark: "#5fc9b5" },
  forget: { light: "#c1440e", dark: "#ff8f5c" },
  retain: { light: "#197a6b", dark: "#5fc9b5" },
};

/** "--ink: #1d2025; ..." for one theme. */
export function variables(theme: Theme): string {
  return Object.entries(SHADES)
    .map(([name, shades]) => `--${name}: ${shades[theme]};`)
    .join(" ");
}

const SYMBOLS = {
  none: "circle",
  document: "square",
  mask: "diamond",
  remove: "triangle",
  rmu: "star",
  "circuit-breaker": "wye",
  "gradient-ascent": "cross",
} as const satisfies Record<ArmFacts["method"], string> & Record<string, string>;

/** Unlearning methods share a colour; their lines differ by dashes, and by the same strokes before a name in a key. */
const DASHES: Partial<Record<keyof typeof SYMBOLS, { dashes: string; key: string }>> = {
  "circuit-breaker": { dashes: "7 3", key: "╌╌" },
  "gradient-ascent": { dashes: "1.5 2.5", key: "┈┈" },
};

/** Of a method's lines: `stroke-dasharray`, and how a key draws it. */
export const armDash = (method: ShownArm["method"]) => DASHES[method] ?? { dashes: "none", key: "──" };

/** An arm as figures show it: of a filtering method, or unlearned; a control where its labels are not the classifier's. */
export interface ShownArm {
  name: string;
  method: keyof typeof SYMBOLS;
  labels?: ArmFacts["labels"];
}

const CONTROL_SYMBOLS = { truth: "star", random: "circle", "wrong-topic": "square" } as const;
const CONTROL_DASHES = { none: "none", document: "9 3", mask: "5 3", remove: "1.5 2.5" } as const;

/** How an arm is drawn: arms in their colour with filled markers, controls muted, dashed and hollow. */
export interface ArmStyle {
  colour: string;
  symbol: string;
  fill: string;
  dashes: string;
  width: number;
}

export function armStyle({ method, labels = "classifier" }: Pick<ArmFacts, "method" | "labels">): ArmStyle {
  if (labels !== "classifier") {
    const symbol = CONTROL_SYMBOLS[labels];
    return { colour: "var(--control)", symbol, fill: "var(--paper)", dashes: CONTROL_DASHES[method], width: 1.5 };
  }
  const colour = armColour({ method });
  return { colour, symbol: SYMBOLS[method], fill: colour, dashes: "none", width: 2.2 };
}

/** Whether figures know how to show a method. */
export const isShown = (method: string): method is ShownArm["method"] => method in SYMBOLS;

/** Colour and symbol scales over a study's arms, keyed by arm name; arms of one method share both. */
export function armScales(arms: readonly ShownArm[]) {
  const domain = arms.map((arm) => arm.name);
  return {
    color: { type: "ordinal" as const, domain, range: arms.map((arm) => armColour(arm)) },
    symbol: { domain, range: arms.map((arm) => SYMBOLS[arm.method]) },
  };
}

export function armColour({ method, labels = "classifier" }: Pick<ShownArm, "method" | "labels">): string {
  if (labels !== "classifier") return "var(--control)";
  return `var(--arm-${`arm-${method}` in SHADES ? method : "unlearned"})`;
}

/** Direct labels: bold, small, with a halo that keeps them readable over lines. */
export const LABEL_TEXT = {
  fontWeight: 600,
  fontSize: 11.5,
  stroke: "var(--paper)",
  strokeWidth: 4,
} as const;

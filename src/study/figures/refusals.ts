/** @file What aligned models refuse, against size: forget-domain questions and general instructions (paper Figs 9 and 20). */
import type { Alignment } from "../alignment/results.js";
import { percent } from "../format.js";
import { type BySizeOptions, bySize, type SizePoint } from "./by-size.js";
import type { Layout } from "./canvas.js";
import { isShown, type ShownArm } from "./palette.js";

const KIND_TITLES = { forget: "Forget-domain questions", general: "General instructions" } as const;
const FORM_TITLES = { prose: "by a sentence", token: "by the token" } as const;

/** One form of refusal: two panels, a line per arm, 95 % intervals over seeds and questions. Empty without cells of the form. */
export function refusalFigure(
  { cells }: Pick<Alignment, "cells">,
  form: keyof typeof FORM_TITLES,
  layout: Layout,
): string {
  const own = cells.filter((cell) => cell.form === form);
  const arms = [...new Set(own.map(({ arm }) => arm))].flatMap((name): ShownArm[] => {
    const method = name === "baseline" ? "none" : name;
    return isShown(method) ? [{ name, method }] : [];
  });
  const points = (["forget", "general"] as const).flatMap((kind) =>
    own.flatMap(({ arm, parameters, rates }): SizePoint[] => {
      const { value, low, high } = rates[kind];
      if (value === null || !arms.some(({ name }) => name === arm)) return [];
      return [{ domain: KIND_TITLES[kind], arm, parameters, value, low: low!, high: high! }];
    }),
  );
  const options: BySizeOptions = {
    ...{ arms, rule: null, axis: `share refused ${FORM_TITLES[form]}` },
    format: (value) => (value < 0 ? "" : percent(value)),
    description: `Share refused ${FORM_TITLES[form]} against model size, one line per arm: forget-domain questions, and general instructions.`,
  };
  return bySize(points, options, layout);
}

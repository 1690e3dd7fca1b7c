/** @file Every figure of a study, drawn from results alone. */
export { attackCurvesFigure, recoveryFigure } from "./attacks.js";
export { type Layout, NARROW, standAlone, WIDE } from "./canvas.js";
export { type ClassifierPanel, classifierPanels } from "./classifier.js";
export { curvesFigure } from "./curves.js";
export { frontierFigure } from "./frontier.js";
export { armColour, type ShownArm, type Theme, variables } from "./palette.js";
export { passageFigure } from "./passage.js";
export { refusalFigure } from "./refusals.js";
export {
  boundaryFigure,
  clozeFigure,
  glossaryFigure,
  judgedFigure,
  letterFigure,
  offlineFigure,
  referenceFigure,
  subdomainFigure,
} from "./safeguards.js";
export { scalingFigure } from "./scaling-law.js";
export { slowdownFigure } from "./slowdown.js";

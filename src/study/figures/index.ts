/** @file Every figure of a study, drawn from results alone. */
export { attackCurvesFigure, recoveryFigure } from "./attacks.js";
export { baselineCurvePoints, baselineFigure, type CurvePoint } from "./baseline-curve.js";
export { type Layout, NARROW, standAlone, WIDE } from "./canvas.js";
export { type ClassifierPanel, classifierPanels, panelEvaluation } from "./classifier.js";
export { curvesFigure, trainingPoints } from "./curves.js";
export { frontierFigure, frontierPoints } from "./frontier.js";
export { armKey } from "./key.js";
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
export { selectivityFigure, selectivityPoints } from "./selectivity.js";
export { slowdownFigure, slowdownPoints } from "./slowdown.js";

import { writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { percent } from "../format.js";
import { analyseRobustness } from "../robustness/analyse.js";
import { RobustnessConfig } from "../robustness/config.js";
import { Safeguards } from "../safeguards/results.js";
import { SYNTHETIC_ATTACKS } from "../testing/synthetic-attacks.js";
import { HOSTILE_NAME, syntheticSafeguards } from "../testing/synthetic-safeguards.js";
import { renderSafeguards } from "./safeguards.js";
import { comesBackSection } from "./safeguards-parts.js";

const safeguards = syntheticSafeguards();
const none = { comesBack: null, refuses: null };
const page = renderSafeguards(safeguards, none);
const { document } = parseHTML(page);

// To look at it: SAFEGUARDS_PAGE=/tmp/page.html npx vitest run src/study/report/safeguards.test.ts
if (process.env.SAFEGUARDS_PAGE) writeFileSync(process.env.SAFEGUARDS_PAGE, page);

describe("safeguards.html", () => {
  it("is drawn from safeguards.json alone, with every figure in both layouts", () => {
    expect(Safeguards.parse(JSON.parse(JSON.stringify(safeguards)))).toEqual(safeguards);
    expect(document.querySelectorAll("figure .wide svg")).toHaveLength(8);
    expect(document.querySelectorAll("figure .narrow svg")).toHaveLength(8);
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it("shows every cell in its table", () => {
    const rows = [...document.querySelectorAll("table")].map((table) => table.querySelectorAll("tbody tr").length);
    const { comparisons, exams, glossary, boundary, responses } = safeguards;
    const pairs = boundary.flatMap(({ subdomains }) => subdomains).length;
    expect(rows).toEqual([
      ...[comparisons.length, exams.length + glossary.length, boundary.length, pairs, responses.length],
    ]);
    const said = (table: number, row: number) =>
      document.querySelectorAll("table")[table].querySelectorAll("tbody tr")[row].textContent;
    const { auroc, subdomains } = boundary[0];
    expect(said(2, 0)).toContain(`${auroc.value.toFixed(3)} [${auroc.low.toFixed(3)}, ${auroc.high.toFixed(3)}]`);
    expect(said(3, 0)).toContain(`${percent(subdomains[0].accuracy.value)} [`);
  });

  it("counts what letters were taught on and what was left out, and claims no more", () => {
    const { textContent } = document.querySelector("#lost")!;
    expect(textContent).toContain(
      "900 questions whose category is biology, general, stem and nonstem. Left out: 773 of",
    );
    expect(textContent).not.toContain("none of the domain");
  });

  it("escapes names that come from files, and asks nothing of the network", () => {
    expect(page).not.toContain("<script");
    expect(document.body.textContent).toContain(HOSTILE_NAME);
    expect(document.querySelectorAll("script, link, img, iframe, [src], [href]")).toHaveLength(0);
  });

  it("says whether free questions were looked for in the pretraining text", () => {
    expect(document.querySelector("#says")!.textContent).toContain("2 of 200 share 13 words in a row");
    const unknown = renderSafeguards({ ...safeguards, freeQuestions: null }, none);
    const says = parseHTML(unknown).document.querySelector("#says")!.textContent;
    expect(says).toContain("nobody looked for them in the pretraining text");
  });

  it("counts empty answers, which are in no judged rate", () => {
    const table = [...document.querySelectorAll("table")].find((each) => each.textContent!.includes("Free answers"))!;
    expect(table.querySelector("caption")!.textContent).toContain("rates are of non-empty answers");
    expect(table.querySelector("tbody tr")!.textContent).toContain("100 (2 too long, 1 empty)");
    expect(document.querySelector("#says")!.textContent).toContain("Rates are of non-empty answers");
  });

  it("shows what an attack found, where there was one", () => {
    const robustness = analyseRobustness(RobustnessConfig.parse({}), SYNTHETIC_ATTACKS, []);
    const attacked = renderSafeguards(safeguards, { ...none, comesBack: comesBackSection(robustness) });
    const section = parseHTML(attacked).document.querySelector("#comes-back")!;
    expect(section.querySelectorAll("figure .wide svg")).toHaveLength(2);
    expect(section.querySelectorAll("tbody tr")).toHaveLength(robustness.cells.length);
    expect(section.querySelector("table")!.textContent).toMatch(/2,000 \[\d+, [\d,]+\]/);
    for (const statement of robustness.statements) expect(section.textContent).toContain(statement);
    expect(section.textContent).not.toContain("Not run");
  });

  it("says what was not run, and that synthetic numbers are synthetic", () => {
    expect(document.querySelector("#comes-back")!.textContent).toContain("Not run");
    expect(document.querySelector(".synthetic")).not.toBeNull();
    const empty = {
      ...safeguards,
      exams: [],
      glossary: [],
      comparisons: [],
      boundary: [],
      responses: [],
      taught: null,
    };
    const bare = renderSafeguards({ ...empty, contamination: null, glossarySet: null }, none);
    expect(bare).not.toMatch(/NaN|Infinity|undefined/);
    expect(parseHTML(bare).document.querySelectorAll("svg")).toHaveLength(0);
  });
});

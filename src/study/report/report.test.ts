import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse.js";
import { bounded, boundedInterval, times } from "../format.js";
import { doneSentence, foundSentence } from "../sentence.js";
import { HOSTILE_TEXT } from "../testing/synthetic-quality.js";
import { syntheticFacts } from "../testing/synthetic-study.js";
import { armName } from "../words.js";
import { html } from "./html.js";
import { renderReport } from "./index.js";

const facts = syntheticFacts({ documents: 60 });
const results = analyse(facts, { resamples: 20 });
const page = renderReport(results);
const { document } = parseHTML(page);

describe("html", () => {
  it("escapes whatever is interpolated and keeps what it made itself", () => {
    expect(html`<p title="${`"'&<>`}">${html`<b>${"<i>"}</b>`}${[1, null, "x"]}</p>`.markup).toBe(
      `<p title="&quot;&#39;&amp;&lt;&gt;"><b>&lt;i&gt;</b>1x</p>`,
    );
  });

  it("replaces control characters and lone surrogates, keeps line breaks and emoji", () => {
    expect(html`${"a\u0000b\ud800c\n\u{1f600}"}`.markup).toBe("a\ufffdb\ufffdc\n\u{1f600}");
  });
});

describe("report", () => {
  it("is self-contained: no script, no link, no request, and a policy that forbids them", () => {
    expect(document.querySelectorAll("script, link, img, iframe, object, form, base")).toHaveLength(0);
    expect(document.querySelectorAll("[src], [srcset], [data], [action], [ping]")).toHaveLength(0);
    for (const link of document.querySelectorAll("[href]")) expect(link.getAttribute("href")).toMatch(/^#/);
    expect(page).not.toMatch(/url\(|@import/);
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!.getAttribute("content");
    expect(policy).toContain("default-src 'none'");
  });

  it("escapes hostile corpus text, in passages and in names", () => {
    expect(page).not.toContain(HOSTILE_TEXT);
    expect(page).not.toMatch(/<script|<img|onerror='/);
    expect(document.querySelectorAll("style")).toHaveLength(1);
    const texts = [...document.querySelectorAll(".passage .text")].map((element) => element.textContent);
    expect(texts[2]).toBe(HOSTILE_TEXT);
  });

  it("survives hostile words wherever a study may bring them", () => {
    const word = `</style><script>alert(1)</script>"'`;
    const hostile = renderReport({
      ...results,
      domain: word,
      sentence: word,
      caveats: [word],
      commands: [word],
      corpus: { ...results.corpus, name: word },
      processor: word,
      routes: results.routes.map((route) => ({ ...route, name: word, labels: { ...route.labels, method: word } })),
      findings: {
        ...results.findings,
        blunt: [word],
        statements: [{ claim: word, holds: "yes" as const, detail: word }],
      },
    });
    expect(hostile).not.toContain("<script");
    expect(hostile.split("</style>")).toHaveLength(2);
  });

  it("marks tokens by score, by threshold and by truth", () => {
    const passage = results.passages[0];
    const spans = [...document.querySelectorAll(".passage")][0].querySelectorAll(".t");
    expect(spans).toHaveLength(passage.tokens.length);
    passage.tokens.forEach(({ score, truth }, i) => {
      const classes = spans[i].getAttribute("class")!.split(" ");
      expect(classes.includes("cut")).toBe(score >= passage.threshold);
      expect(classes.includes("truth")).toBe(truth === "medical");
      expect(spans[i].getAttribute("title")).toBe(`score ${score.toFixed(2)}, truth ${truth}`);
    });
  });

  it("opens with what was done and what was found, in words that the study's sentence has, too", () => {
    expect(document.querySelector(".done")!.textContent).toBe(doneSentence(results));
    expect(document.querySelector("h1")!.textContent).toBe(foundSentence(results));
    expect(results.sentence).toBe(`${doneSentence(results)} ${foundSentence(results)}`);
    const first = document.querySelector("header figure.first")!;
    expect(first.querySelectorAll(".wide svg, .narrow > svg")).toHaveLength(2);
    expect(first.querySelectorAll(".arms li")).toHaveLength(6);
    expect(first.querySelector(".arms")!.textContent).toContain("reads the tokens but is not trained to predict them");
  });

  it("puts the paper's numbers beside its own, with how far apart the models are", () => {
    const text = document.querySelector(".paper")!.textContent!;
    expect(text).toContain("7,000× for tokens removed at 1.8 B parameters");
    expect(text).toContain("extended beyond its smallest baseline");
    expect(text).toContain("12,000 times smaller");
    for (const arm of ["document", "mask", "remove"]) {
      const cell = results.cells.find((one) => one.size === "48x2" && one.arm === arm)!;
      const slowdown = cell.slowdowns.find(({ measure }) => measure === "medical")!;
      expect(text).toContain(`${bounded(slowdown)} for ${armName(results, arm)}`);
    }
  });

  it("warns first of a filter that is blunt, and only then", () => {
    expect(document.querySelector(".blunt")).toBeNull();
    const [route, ...others] = facts.routes;
    const weak = { ...route, classifier: { ...route.classifier, halves: { value: 0.71, low: 0.69, high: 0.73 } } };
    const blunt = parseHTML(renderReport(analyse({ ...facts, routes: [weak, ...others] }, { resamples: 5 }))).document;
    expect(blunt.querySelector(".blunt")!.textContent).toContain("AUROC 0.71");
    expect(blunt.querySelector(".blunt ~ .done")).not.toBeNull();
    expect(blunt.querySelector(".done ~ .blunt")).toBeNull();
  });

  it("lists its sections, and has each of them", () => {
    const links = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href")!.slice(1));
    expect(links).toEqual(["findings", "controls", "figures", "quality", "passages", "tables", "made", "limits"]);
    for (const id of links) expect(document.querySelectorAll(`section#${id}`)).toHaveLength(1);
  });

  it("shows every figure in both layouts, with what to see and what not to conclude", () => {
    expect(document.querySelectorAll("#figures figure .wide svg")).toHaveLength(4);
    expect(document.querySelectorAll("#figures figure .narrow svg")).toHaveLength(4);
    expect(document.querySelectorAll("#quality .panels svg")).toHaveLength(3);
    for (const caption of document.querySelectorAll("main figcaption")) {
      expect(caption.textContent).toMatch(/^See .* Do not conclude /s);
    }
  });

  it("explains in captions the marks that are drawn, and no others", () => {
    expect(document.querySelector("header figcaption")!.textContent).toContain("hollow markers: controls");
    expect(document.querySelector("header figcaption")!.textContent).not.toContain("Arrows");
    const selectivity = results.selectivity.map((one) =>
      one.arm === "remove" ? { ...one, value: null, atLeast: 3, high: null } : one,
    );
    const bound = parseHTML(renderReport({ ...results, selectivity })).document;
    expect(bound.querySelector("header figcaption")!.textContent).toContain("Arrows: only a bound is known");
  });

  it("has one table of slowdowns, with each arm's numbers in its own row", () => {
    const [selectivity, slowdowns] = [...document.querySelectorAll("#tables table")];
    const ladder = results.cells.filter(({ size }) => !size.includes("@"));
    expect(slowdowns.querySelectorAll("tbody tr")).toHaveLength(ladder.length);
    ladder.forEach((cell, index) => {
      const row = slowdowns.querySelectorAll("tbody tr")[index].textContent!;
      const medical = cell.slowdowns.find(({ measure }) => measure === "medical")!;
      expect(row).toContain(armName(results, cell.arm));
      expect(row).toContain(bounded(medical));
      expect(row).toContain(cell.arm === "baseline" ? "spread" : `line ${times(medical.line)}`);
    });
    const rows = [...selectivity.querySelectorAll("tbody tr")].map((row) => row.textContent!);
    results.selectivity.forEach((one, index) => {
      expect(rows[index]).toContain(armName(results, one.arm));
      expect(rows[index]).toContain(boundedInterval(one));
    });
  });

  it("names sizes by their parameters everywhere but in the table of runs", () => {
    const { document } = parseHTML(page);
    expect(document.querySelector("#runs")!.textContent).toMatch(/\d+x\d/);
    document.querySelector("#runs")!.remove();
    expect(document.querySelector("body")!.textContent).not.toMatch(/\d+x\d/);
  });

  it("says that synthetic numbers are synthetic, and only then", () => {
    expect(document.querySelector(".synthetic")!.textContent).toContain("Nothing in it was measured");
    expect(renderReport({ ...results, synthetic: false })).not.toContain("Nothing in it was measured");
  });

  it("survives a baseline whose loss on a domain rises with size: no slowdown, no interval, no crash", () => {
    const worse = new Map(facts.sizes.map((size, i) => [size.name, 1 + i]));
    const runs = facts.runs.map((run) => {
      const { domains, lossSum } = run.losses;
      const scale = (sum: number, i: number) =>
        domains[i % domains.length] === "biology" ? sum * worse.get(run.size)! : sum;
      return { ...run, losses: { ...run.losses, lossSum: lossSum.map(scale) } };
    });
    const rising = analyse({ ...facts, runs }, { resamples: 5 });
    const biology = rising.cells.flatMap((cell) => cell.slowdowns.filter(({ measure }) => measure === "biology"));
    for (const slowdown of biology) expect(slowdown).toMatchObject({ value: null });
    expect(renderReport(rising)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("needs neither controls, graded classifiers, passages nor roles", () => {
    const isPlain = (arm: string) => !facts.arms.find(({ name }) => name === arm)!.name.includes("-");
    const arms = facts.arms.filter(({ name }) => isPlain(name));
    const runs = facts.runs.filter(({ arm }) => isPlain(arm));
    const routes = facts.routes.map((route) => ({
      ...route,
      classifier: { ...route.classifier, evaluations: [], halves: null },
    }));
    const bare = analyse({ ...facts, arms, runs, routes, roles: {}, passages: [] }, { resamples: 5 });
    expect(renderReport(bare)).toContain("only overall losses");
  });
});

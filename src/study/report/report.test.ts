import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse.js";
import { HOSTILE_TEXT } from "../testing/synthetic-quality.js";
import { syntheticFacts } from "../testing/synthetic-study.js";
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
    expect(document.querySelectorAll("[src], [href], [srcset], [data], [action], [ping]")).toHaveLength(0);
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
      labels: { ...results.labels!, method: word },
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

  it("opens with the sentence, shows every figure in both layouts, and every cell in the table", () => {
    expect(document.querySelector(".lede")!.textContent).toBe(results.sentence);
    expect(document.querySelectorAll("figure .wide svg")).toHaveLength(4);
    expect(document.querySelectorAll("figure .narrow svg")).toHaveLength(4);
    expect(document.querySelectorAll("figcaption")).toHaveLength(5);
    expect(document.querySelector("table")!.querySelectorAll("tbody tr")).toHaveLength(results.cells.length);
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
    for (const slowdown of biology) expect(slowdown).toMatchObject({ value: null, low: null, high: null });
    expect(renderReport(rising)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("needs neither labels, classifier, passages nor roles", () => {
    const bare = analyse({ ...facts, roles: {}, labels: null, classifier: null, passages: [] }, { resamples: 5 });
    expect(renderReport(bare)).toContain("only overall losses");
  });
});

// Formulas as words: MathJax draws a formula, which a screen reader cannot read, so each drawing gets the
// formula's wording as its label, "the square root of kappa" (Speech Rule Engine, in the style "ClearSpeak").
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const { SerializedMmlVisitor } = require("mathjax-full/js/core/MmlTree/SerializedMmlVisitor.js");
const { STATE } = require("mathjax-full/js/core/MathItem.js");
const speech = require("speech-rule-engine/js/index.js");
const { SemanticHeuristics } = require("speech-rule-engine/js/semantic_tree/semantic_heuristic_factory.js");

RegisterHTMLHandler(liteAdaptor());
const packages = AllPackages.filter((name) => name !== "bussproofs"); // that one needs the drawing
const tex = mathjax.document("", { InputJax: new TeX({ packages }) });
const mathml = new SerializedMmlVisitor();
await speech.setupEngine({ locale: "en", domain: "clearspeak", modality: "speech" });
await speech.engineReady();
SemanticHeuristics.blacklist.simpleNamedFunction = true; // f, g and h are functions only before an argument

// What the course's signs mean, where the general wording is another.
const MEANINGS = [
  [/\bnormal /g, ""], // upright letters
  [/the down tack-th power of (\w+) of/g, "$1 transpose"],
  [/raised to the down tack power/g, "transpose"],
  [/raised to the asterisk power/g, "star"],
  [/the asterisk power of (\w+)/g, "$1 star"],
  [/\bmetric\b/g, "norm"],
  [/\bup tack\b/g, "is perpendicular to"],
  [/\btriangle\b/g, "Delta"],
  [/\b([Ll])amda\b/g, "$1ambda"],
  [/(?<=\S) positive /g, " plus "],
  [/\bfan bar\b/g, "fan"],
  [/\bslash\b/g, "divided by"],
  [/\btilde (?=N of)/g, "is distributed as "],
];

// The words for a formula in TeX.
export function words(formula) {
  const spoken = speech.toSpeech(mathml.visitTree(tex.convert(formula, { end: STATE.CONVERT })));
  return MEANINGS.reduce((text, [found, meant]) => text.replace(found, meant), spoken);
}

// For markdown-it, after Marp's own rules: the label on the picture that Marp's rule draws.
export function spokenFormulas(md) {
  for (const rule of ["marp_math_inline", "marp_math_block"]) {
    const draw = md.renderer.rules[rule];
    md.renderer.rules[rule] = (tokens, index, ...rest) => {
      const label = md.utils.escapeHtml(words(tokens[index].content));
      return draw(tokens, index, ...rest).replace("<svg ", () => `<svg aria-label="${label}" `);
    };
  }
}

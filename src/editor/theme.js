/**
 * The look of the editor. Colours follow the `color-scheme` of the page; a page changes them with
 * the custom properties named here.
 */

import { EditorView } from "@codemirror/view";

/** @param {string} name @param {string} light @param {string} dark */
function color(name, light, dark) {
  return `var(--epfilter-${name}, light-dark(${light}, ${dark}))`;
}

const border = `1px solid ${color("border", "#8a8f98", "#7d8590")}`;
const surface = {
  backgroundColor: color("surface", "#ffffff", "#22262e"),
  color: color("text", "#1c2128", "#e6e8ec"),
  border,
  borderRadius: "4px",
};
const muted = color("muted", "#57606a", "#a3abb6");
const selected = {
  backgroundColor: color("selected", "#0b5cad", "#9ecbff"),
  color: color("on-selected", "#ffffff", "#10141a"),
};

/** @type {Record<string, [light: string, dark: string]>} */
const TOKENS = {
  operator: ["#7a2fa0", "#d2a8ff"],
  field: ["#0550ae", "#79c0ff"],
  string: ["#116329", "#7ee787"],
  number: ["#8a4600", "#ffa657"],
  boolean: ["#8a4600", "#ffa657"],
  date: ["#8a4600", "#ffa657"],
  enum: ["#116329", "#7ee787"],
  connective: ["#a40e26", "#ff9a92"],
  punctuation: ["#57606a", "#a3abb6"],
  invalid: ["#a40e26", "#ff9a92"],
};

export const theme = EditorView.theme({
  "&": {
    ...surface,
    backgroundColor: color("background", "#ffffff", "#171a20"),
    fontSize: "inherit",
  },
  "&.cm-focused": { outline: `2px solid ${color("focus", "#0b5cad", "#9ecbff")}`, outlineOffset: "-1px" },
  ".cm-scroller": {
    fontFamily: "var(--epfilter-font, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace)",
    lineHeight: "1.6",
  },
  ".cm-content": { padding: "8px 0", minHeight: "var(--epfilter-min-height, 4.8em)", caretColor: "currentColor" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  ".cm-placeholder": { color: muted },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: `${color("selection", "#b6d7ff", "#2c4a6e")} !important`,
  },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: color("matching", "#d5e9d8", "#274a2f"),
    color: "inherit",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "inherit" },
  ...Object.fromEntries(
    Object.entries(TOKENS).map(([kind, [light, dark]]) => [
      `.token-${kind}`,
      { color: color(kind, light, dark) },
    ]),
  ),
  ".cm-lintRange": {
    backgroundImage: "none",
    textDecoration: `underline wavy ${color("error", "#cf222e", "#ff7b72")}`,
    textDecorationSkipInk: "none",
    textUnderlineOffset: "4px",
    paddingBottom: "0",
  },
  ".cm-lintRange-warning": { textDecorationColor: color("warning", "#9a6700", "#e3b341") },
  ".cm-lintRange-info": { textDecorationColor: color("info", "#0969da", "#79c0ff") },
  ".cm-lintRange-active": { backgroundColor: "transparent" },
  ".cm-lintPoint:after": { borderBottomColor: color("error", "#cf222e", "#ff7b72") },
  ".cm-lintPoint-warning:after": { borderBottomColor: color("warning", "#9a6700", "#e3b341") },
  ".cm-lintPoint-info:after": { borderBottomColor: color("info", "#0969da", "#79c0ff") },
  ".cm-tooltip": { ...surface, maxWidth: "min(36rem, calc(100vw - 16px))", zIndex: "20" },
  ".cm-tooltip-section:not(:first-child)": { borderTop: border },
  ".cm-diagnostic": { padding: "6px 10px", borderLeftWidth: "4px" },
  ".cm-diagnostic-error": { borderLeftColor: color("error", "#cf222e", "#ff7b72") },
  ".cm-diagnostic-warning": { borderLeftColor: color("warning", "#9a6700", "#e3b341") },
  ".cm-diagnostic-info": { borderLeftColor: color("info", "#0969da", "#79c0ff") },
  ".cm-diagnosticSource": { fontSize: "85%", opacity: "1", color: muted },
  ".cm-diagnosticAction": { ...selected, font: "inherit", margin: "4px 8px 0 0", padding: "4px 10px", display: "inline-block" },
  ".description, .signature": { padding: "6px 10px", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".signature": { color: muted },
  ".signature code": { color: color("text", "#1c2128", "#e6e8ec"), fontFamily: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "inherit",
    maxHeight: "min(17em, 45vh)",
    maxWidth: "min(36rem, calc(100vw - 16px))",
    minWidth: "min(16rem, calc(100vw - 16px))",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "1em",
    justifyContent: "space-between",
    padding: "4px 10px",
    lineHeight: "1.5",
    textOverflow: "ellipsis",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": selected,
  ".cm-completionLabel": { overflow: "hidden", textOverflow: "ellipsis", flexShrink: "0", maxWidth: "75%" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "bold" },
  ".cm-completionDetail": {
    color: muted,
    fontStyle: "normal",
    marginLeft: "0",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".option-deprecated .cm-completionLabel": { textDecoration: "line-through" },
  ".cm-tooltip.cm-completionInfo": { padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".menu": { display: "flex", flexDirection: "column", padding: "4px" },
  ".menu button": {
    ...surface,
    border: "none",
    background: "none",
    font: "inherit",
    padding: "6px 10px",
    textAlign: "left",
    cursor: "pointer",
  },
  ".menu button:focus, .menu button:hover": { ...selected, outline: "none" },
  ".cm-panels": surface,
});

/** The menu of changes for what stands at the cursor, and the formatting of the text. */

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, showTooltip } from "@codemirror/view";
import { request } from "./backend.js";

/** @typedef {{title: string, changes: {from: number, to: number, insert: string}[]}} Choice */

/** @type {import("@codemirror/state").StateEffectType<import("@codemirror/view").Tooltip | null>} */
const showMenu = StateEffect.define();

const menu = StateField.define({
  /** @returns {import("@codemirror/view").Tooltip | null} */
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(showMenu)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/**
 * @param {EditorView} view
 * @param {Choice[]} choices
 */
function createMenu(view, choices) {
  const dom = document.createElement("div");
  dom.className = "menu";
  dom.setAttribute("role", "menu");
  dom.setAttribute("aria-label", "Changes");
  const items = choices.map(({ title, changes }) => {
    const item = document.createElement("button");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.textContent = title;
    item.addEventListener("click", () => {
      view.dispatch({ changes, effects: showMenu.of(null), userEvent: "input.fix" });
      view.focus();
    });
    return item;
  });
  dom.append(...items);
  const steps = new Map([["ArrowDown", 1], ["ArrowUp", -1]]);
  dom.addEventListener("keydown", (event) => {
    const step = steps.get(event.key);
    const current = items.findIndex((item) => item === event.target);
    if (step !== undefined) {
      items[(current + step + items.length) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      view.dispatch({ effects: showMenu.of(null) });
      view.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  dom.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && dom.contains(relatedTarget)) return;
    if (view.state.field(menu, false)) view.dispatch({ effects: showMenu.of(null) });
  });
  return { dom, mount: () => items[0].focus() };
}

/**
 * Shows the changes for the selection; announces that there are none.
 *
 * @param {EditorView} view
 */
export function openQuickFixes(view) {
  const { state } = view;
  const { from, to } = state.selection.main;
  request(state, "actions", { from, to })
    .then((found) => {
      if (found === null || !state.doc.eq(view.state.doc)) return;
      const choices = found.result
        .filter(({ edits }) => edits.length > 0)
        .map(({ title, edits }) => ({ title, changes: found.positions.toChanges(edits) }));
      if (choices.length === 0) {
        view.dispatch({ effects: EditorView.announce.of("No changes are proposed here.") });
        return;
      }
      const create = () => createMenu(view, choices);
      view.dispatch({ effects: showMenu.of({ pos: from, create }) });
    })
    .catch(() => undefined);
  return true;
}

/**
 * Writes the text in its canonical form, or in several lines.
 *
 * @param {EditorView} view
 */
export function format(view) {
  const { state } = view;
  request(state, "format")
    .then((found) => {
      if (found === null || !state.doc.eq(view.state.doc)) return;
      view.dispatch({ changes: found.positions.toChanges(found.result), userEvent: "input.format" });
    })
    .catch(() => undefined);
  return true;
}

/** @returns {import("@codemirror/state").Extension} */
export function quickFixes() {
  return menu;
}

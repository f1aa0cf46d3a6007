/** Help at the cursor: completion, descriptions, and the operands of a call. */

import {
  acceptCompletion,
  autocompletion,
  completionStatus,
  pickedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import { EditorSelection, StateEffect, StateField } from "@codemirror/state";
import { EditorView, ViewPlugin, hoverTooltip, showTooltip } from "@codemirror/view";
import { request } from "./backend.js";

/** @typedef {import("./backend.js").Signature} Signature */

/** @param {import("@codemirror/autocomplete").CompletionContext} context */
async function complete({ state, pos }) {
  const found = await request(state, "complete", { from: pos }).catch(() => null);
  if (found === null || found.result.length === 0) return null;
  const { from, to } = found.positions.toRange(found.result[0].edit.span);
  const typed = state.sliceDoc(from, pos).replace(/^["'\s]+/, "").toLowerCase();
  return {
    from,
    to,
    filter: false, // the back end matches and sorts
    options: found.result.map((item) => toOption(item, found.positions)),
    /** @param {{label: string}} option */
    getMatch({ label }) {
      const at = typed ? label.toLowerCase().indexOf(typed) : -1;
      return at < 0 ? [] : [at, at + typed.length];
    },
  };
}

/**
 * @param {import("./backend.js").Completion} item
 * @param {import("./backend.js").Positions} positions
 * @returns {import("@codemirror/autocomplete").Completion}
 */
function toOption({ label, kind, edit, selection, detail, note, deprecated }, positions) {
  const start = edit.span[0];
  const inserted = [...edit.text];
  const anchor = inserted.slice(0, selection[0] - start).join("").length;
  const head = inserted.slice(0, selection[1] - start).join("").length;
  return {
    label,
    type: deprecated ? `${kind} deprecated` : kind,
    detail,
    info: note || undefined,
    apply(view, completion, from, to) {
      const selected = EditorSelection.range(from + anchor, from + head);
      view.dispatch({
        changes: { from, to, insert: edit.text },
        selection: EditorSelection.create([selected]),
        annotations: pickedCompletion.of(completion),
        userEvent: "input.complete",
        scrollIntoView: true,
      });
      // What comes next: the operand after an operator or a field.
      if (selected.empty && /[(,]$/.test(view.state.sliceDoc(from, selected.head))) {
        startCompletion(view);
      }
    },
  };
}

/** The end of the operand that was accepted, until the text or the cursor changes otherwise. */
const acceptedEnd = StateField.define({
  /** @returns {number | null} */
  create: () => null,
  update(end, transaction) {
    if (transaction.annotation(pickedCompletion)) return transaction.state.selection.main.head;
    return transaction.docChanged || transaction.selection ? null : end;
  },
});

/**
 * Lets what follows a call be typed in front of its `)`, which was inserted with the call: `)` where the
 * parentheses are balanced, and `:` and `|` behind an operand that was accepted. In an operand that is
 * typed, they can be text.
 */
const leaveCall = EditorView.inputHandler.of((view, from, to, text) => {
  const { doc } = view.state;
  if (from !== to || doc.sliceString(from, from + 1) !== ")") return false;
  if (text === ")" ? !isBalanced(doc.toString()) : !isNextTerm(view.state, from, text)) return false;
  view.dispatch({
    changes: { from: from + 1, insert: text === ")" ? "" : text },
    selection: { anchor: from + 1 + (text === ")" ? 0 : 1) },
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
});

/** @param {import("@codemirror/state").EditorState} state @param {number} at @param {string} text */
function isNextTerm(state, at, text) {
  const isOperand = !/[(,]/.test(state.sliceDoc(at - 1, at));
  return (text === ":" || text === "|") && isOperand && state.field(acceptedEnd) === at;
}

/** @param {string} text */
function isBalanced(text) {
  return text.split("(").length === text.split(")").length;
}

/** Accepts the first completion as soon as the requested completions arrive. */
const acceptance = ViewPlugin.fromClass(
  class {
    /** @param {EditorView} view */
    constructor(view) {
      this.view = view;
      this.waits = false;
    }

    /** @param {import("@codemirror/view").ViewUpdate} update */
    update(update) {
      if (!this.waits) return;
      const status = completionStatus(update.state);
      if (update.docChanged || update.selectionSet || status !== "pending") this.waits = false;
      if (update.docChanged || update.selectionSet || status !== "active") return;
      // An update is not finished yet.
      queueMicrotask(() => acceptCompletion(this.view));
    }
  },
);

/**
 * Lets Enter accept a completion also while its list is being updated.
 *
 * @param {EditorView} view
 */
export function acceptWhenReady(view) {
  const isOpen = view.dom.querySelector(".cm-tooltip-autocomplete") !== null;
  if (!isOpen || completionStatus(view.state) !== "pending") return false;
  const plugin = view.plugin(acceptance);
  if (plugin) plugin.waits = true;
  return true;
}

/** @param {EditorView} view @param {number} position */
async function describe({ state }, position) {
  const found = await request(state, "hover", { from: position }).catch(() => null);
  const hover = found?.result;
  if (!found || !hover) return null;
  const { from, to } = found.positions.toRange(hover.span);
  return { pos: from, end: to, above: true, create: () => ({ dom: createDescription(hover.text) }) };
}

/** @param {string} text */
function createDescription(text) {
  const dom = document.createElement("div");
  dom.className = "description";
  dom.textContent = text;
  return dom;
}

/** @type {import("@codemirror/state").StateEffectType<import("@codemirror/view").Tooltip | null>} */
const showHelp = StateEffect.define();

/** The tooltip at the cursor: the operands of the call, or a description that was requested. */
const helpTooltip = StateField.define({
  /** @returns {import("@codemirror/view").Tooltip | null} */
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(showHelp)) return effect.value;
    return tooltip && transaction.docChanged
      ? { ...tooltip, pos: transaction.changes.mapPos(tooltip.pos) }
      : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** @param {Signature} signature */
function createSignature({ label, parameters, active, meaning }) {
  const dom = document.createElement("div");
  dom.className = "signature";
  const code = dom.appendChild(document.createElement("code"));
  const [start, end] = active === null ? [0, 0] : parameters[active];
  const operand = document.createElement("b");
  operand.textContent = label.slice(start, end);
  code.append(label.slice(0, start), operand, label.slice(end));
  dom.append(` ${meaning}`);
  return dom;
}

/** Shows the operands of the call around the cursor while one types in it. */
const signatureHelp = ViewPlugin.fromClass(
  class {
    /** @param {EditorView} view */
    constructor(view) {
      this.view = view;
      this.shown = false;
    }

    /** @param {import("@codemirror/view").ViewUpdate} update */
    update(update) {
      if (update.focusChanged && !update.view.hasFocus) this.hide();
      if (!update.docChanged && !update.selectionSet) return;
      const types = update.transactions.some((one) => one.isUserEvent("input"));
      if (types || this.shown) this.request();
    }

    async request() {
      const { state } = this.view;
      const { head } = state.selection.main;
      const found = await request(state, "signature", { from: head }).catch(() => null);
      if (state !== this.view.state && !state.doc.eq(this.view.state.doc)) return;
      const signature = found?.result;
      if (!signature || !this.view.hasFocus) {
        this.hide();
        return;
      }
      this.shown = true;
      const tooltip = { pos: head, above: true, create: () => ({ dom: createSignature(signature) }) };
      this.view.dispatch({ effects: showHelp.of(tooltip) });
    }

    hide() {
      if (!this.shown) return;
      this.shown = false;
      // An update is not finished yet.
      queueMicrotask(() => this.view.dispatch({ effects: showHelp.of(null) }));
    }
  },
);

/**
 * Shows and announces the description of what stands at the cursor.
 *
 * @param {EditorView} view
 */
export function describeCursor(view) {
  const { doc, selection } = view.state;
  describe(view, selection.main.head).then((tooltip) => {
    if (tooltip === null || !doc.eq(view.state.doc)) return;
    const text = tooltip.create().dom.textContent ?? "";
    view.dispatch({ effects: [showHelp.of(tooltip), EditorView.announce.of(text)] });
  });
  return true;
}

/**
 * Hides the description or the operands.
 *
 * @param {EditorView} view
 */
export function hideHelp(view) {
  if (view.state.field(helpTooltip) === null) return false;
  const help = view.plugin(signatureHelp);
  if (help) help.shown = false;
  view.dispatch({ effects: showHelp.of(null) });
  return true;
}

/** @returns {import("@codemirror/state").Extension} */
export function assistance() {
  return [
    autocompletion({
      override: [complete],
      icons: false,
      interactionDelay: 0, // a new line in a filter is rare
      optionClass: ({ type }) => `option-${type?.replace(" ", " option-")}`,
    }),
    acceptance,
    acceptedEnd,
    leaveCall,
    hoverTooltip(describe),
    helpTooltip,
    signatureHelp,
  ];
}

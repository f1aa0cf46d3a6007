/** Highlighting and findings: requested after each change, and shown when they arrive. */

import { setDiagnostics } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import { request, service } from "./backend.js";

/** @typedef {import("./backend.js").Analysis} Analysis */
/** @typedef {import("./backend.js").Finding} Finding */
/** @typedef {import("./backend.js").Positions} Positions */

/** @type {import("@codemirror/state").StateEffectType<import("@codemirror/view").DecorationSet>} */
const highlight = StateEffect.define();

const highlighting = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let current = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(highlight)) current = effect.value;
    }
    return current;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param {Analysis} analysis @param {Positions} positions */
function toMarks({ tokens }, positions) {
  return Decoration.set(
    tokens
      .filter(({ span: [start, end] }) => end > start)
      .map(({ span, kind }) => {
        const { from, to } = positions.toRange(span);
        return Decoration.mark({ class: `token-${kind}` }).range(from, to);
      }),
  );
}

/**
 * @param {Finding} finding
 * @param {Positions} positions
 * @param {import("@codemirror/state").Text} doc
 * @returns {import("@codemirror/lint").Diagnostic}
 */
function toDiagnostic({ code, severity, message, span, hint, fix }, positions, doc) {
  const actions = fix === null ? [] : [{ name: fix.title, apply }];
  /** @param {EditorView} view */
  function apply(view) {
    // The edits are those of the text that was analyzed; a later text is being analyzed now.
    if (fix === null || !view.state.doc.eq(doc)) return;
    view.dispatch({ changes: positions.toChanges(fix.edits), userEvent: "input.fix" });
    view.focus();
  }
  const hinted = hint === null || fix !== null ? message : `${message} Hint: ${hint}`;
  return { ...positions.toRange(span), severity, source: code, message: hinted, actions };
}

/**
 * Returns the extension that analyzes the text.
 *
 * @param {(text: string, analysis: Analysis) => void} onAnalysis
 * @param {(error: unknown) => void} onError
 * @returns {import("@codemirror/state").Extension}
 */
export function analysis(onAnalysis, onError) {
  const analyzer = ViewPlugin.fromClass(
    class {
      /** @param {EditorView} view */
      constructor(view) {
        this.view = view;
        this.timer = 0;
        this.running = false;
        this.outdated = false;
        this.destroyed = false;
        this.schedule(0);
      }

      /** @param {import("@codemirror/view").ViewUpdate} update */
      update(update) {
        const before = update.startState.facet(service);
        const { backend, resource, delay } = update.state.facet(service);
        if (before.backend !== backend || before.resource !== resource) this.schedule(0);
        else if (update.docChanged) this.schedule(delay);
      }

      destroy() {
        this.destroyed = true;
        clearTimeout(this.timer);
      }

      /** @param {number} delay */
      schedule(delay) {
        this.outdated = true;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.run(), delay);
      }

      /** Runs one request at a time, always for the newest text. */
      async run() {
        if (this.running || this.destroyed) return;
        this.running = true;
        this.outdated = false;
        const { state } = this.view;
        try {
          const found = await request(state, "analyze");
          if (found !== null && !this.destroyed && !this.outdated) {
            this.show(state, found.result, found.positions);
          }
        } catch (error) {
          if (!this.destroyed) onError(error);
        } finally {
          this.running = false;
          if (this.outdated) this.schedule(state.facet(service).delay);
        }
      }

      /**
       * @param {import("@codemirror/state").EditorState} state
       * @param {Analysis} result
       * @param {Positions} positions
       */
      show({ doc }, result, positions) {
        const diagnostics = result.diagnostics.map((one) => toDiagnostic(one, positions, doc));
        this.view.dispatch({ effects: highlight.of(toMarks(result, positions)) });
        this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
        onAnalysis(doc.toString(), result);
      }
    },
  );
  return [highlighting, analyzer];
}

/**
 * What the editor requests and what a back end returns: the data of
 * `epfilter.editing.handle_request`, which does the work in every back end.
 *
 * Spans and offsets are half-open and count code points of the text.
 *
 * @typedef {[start: number, end: number]} Span
 * @typedef {{span: Span, text: string}} Edit
 * @typedef {{title: string, safe: boolean, edits: Edit[]}} Fix
 * @typedef {{span: Span, kind: string}} Token
 *
 * @typedef {object} Finding
 * @property {string} code
 * @property {"error" | "warning" | "info"} severity
 * @property {string} message
 * @property {Span} span
 * @property {string | null} hint
 * @property {Fix | null} fix
 *
 * @typedef {{tokens: Token[], diagnostics: Finding[]}} Analysis
 *
 * @typedef {object} Completion
 * @property {string} label
 * @property {"operator" | "field" | "value" | "snippet"} kind
 * @property {Edit} edit
 * @property {Span} selection  In the new text.
 * @property {string} detail
 * @property {string} note
 * @property {boolean} deprecated
 *
 * @typedef {{span: Span, text: string}} Hover
 * @typedef {{label: string, parameters: Span[], active: number | null, meaning: string}} Signature
 *
 * @typedef {object} Action
 * @property {string} title
 * @property {"fix" | "fix all" | "rewrite" | "ignore"} kind
 * @property {Edit[]} edits
 * @property {string | null} code
 * @property {boolean} safe
 * @property {string | null} directive
 *
 * @typedef {object} Results  The result of each method.
 * @property {Analysis} analyze
 * @property {Completion[]} complete
 * @property {Hover | null} hover
 * @property {Signature | null} signature
 * @property {Action[]} actions
 * @property {Edit[]} format
 *
 * @typedef {object} Request
 * @property {keyof Results} method
 * @property {string} text
 * @property {string | null} resource
 * @property {number} [offset]  Of the cursor; not for `analyze` and `format`.
 * @property {number} [end]  The end of the selection, for `actions`.
 *
 * @typedef {(request: Request) => Promise<any>} Backend  Resolves to a member of `Results`.
 */

import { Facet } from "@codemirror/state";

/** @typedef {{backend: Backend | null, resource: string | null, delay: number}} Service */

/** The back end of an editor, and the resource of its filter. */
export const service = Facet.define({
  /** @param {readonly Service[]} values @returns {Service} */
  combine: (values) => values[0] ?? { backend: null, resource: null, delay: 0 },
});

/** Positions of a text as CodeMirror counts them, in UTF-16, and as a back end does. */
export class Positions {
  /** @param {string} text */
  constructor(text) {
    /** @type {number[] | null} */
    this.units = null;
    if (/[\ud800-\udfff]/.test(text)) {
      this.units = [0];
      for (const character of text) this.units.push(this.units[this.units.length - 1] + character.length);
    }
  }

  /** @param {number} point @returns {number} */
  toUnits(point) {
    return this.units === null ? point : this.units[Math.min(point, this.units.length - 1)];
  }

  /** @param {number} unit @returns {number} */
  toPoints(unit) {
    if (this.units === null) return unit;
    const point = this.units.findIndex((start) => start >= unit);
    return point < 0 ? this.units.length - 1 : point;
  }

  /** @param {Span} span */
  toRange([start, end]) {
    return { from: this.toUnits(start), to: this.toUnits(end) };
  }

  /** @param {readonly Edit[]} edits */
  toChanges(edits) {
    return edits.map(({ span, text }) => ({ ...this.toRange(span), insert: text }));
  }
}

/**
 * Requests something about the text of a state. The promise resolves to null without a back end.
 *
 * @template {keyof Results} Method
 * @param {import("@codemirror/state").EditorState} state
 * @param {Method} method
 * @param {{from: number, to?: number}} [at]  Positions in UTF-16.
 * @returns {Promise<{result: Results[Method], positions: Positions} | null>}
 */
export async function request(state, method, at) {
  const { backend, resource } = state.facet(service);
  if (backend === null) return null;
  const text = state.doc.toString();
  const positions = new Positions(text);
  const offsets =
    at === undefined
      ? {}
      : {
          offset: positions.toPoints(at.from),
          ...(at.to === undefined ? {} : { end: positions.toPoints(at.to) }),
        };
  return { result: await backend({ method, text, resource, ...offsets }), positions };
}

/**
 * The element `<epfilter-editor>`: an editor of one filter.
 *
 * Attributes: `label` names the editor for screen readers, `resource` is the listing of the filter,
 * `placeholder` is shown without a text, and `delay` is the pause in typing, in milliseconds,
 * before the text is analyzed (default: 60).
 *
 * Properties: `value` is the text, `resource` the attribute, and `backend` the asynchronous function
 * that does the work; see `backend.js`. Without a back end it is an editor of plain text.
 *
 * Events: `filter-change` after each change of the text; `filter-analysis` with the `text`, its
 * `tokens` and its `diagnostics` in `detail`; `filter-failure` with the error of the back end in
 * `detail`.
 *
 * Its style is in a shadow tree, so that it is independent of the page and allowed by a strict
 * Content-Security-Policy. Keys: Ctrl-Space completes, Ctrl-. shows changes, F8 goes to the next
 * finding, Ctrl-I describes what stands at the cursor, Shift-Alt-F formats. Tab leaves the editor.
 */

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, placeholder } from "@codemirror/view";
import { analysis } from "./analysis.js";
import { acceptWhenReady, assistance, describeCursor, hideHelp } from "./assistance.js";
import { Positions, service } from "./backend.js";
import { format, openQuickFixes, quickFixes } from "./quick_fixes.js";
import { theme } from "./theme.js";

/** @typedef {import("./backend.js").Backend} Backend */
/** @typedef {import("./backend.js").Edit} Edit */
/** @typedef {import("./backend.js").Span} Span */

const DELAY = 60;

const KEYS = keymap.of([
  ...completionKeymap,
  { key: "Enter", run: acceptWhenReady },
  { key: "Escape", run: hideHelp },
  { key: "Mod-.", run: openQuickFixes, preventDefault: true },
  { key: "Mod-i", run: describeCursor, preventDefault: true },
  { key: "F8", run: nextDiagnostic },
  { key: "Shift-F8", run: previousDiagnostic },
  { key: "Shift-Alt-f", run: format, preventDefault: true },
  ...closeBracketsKeymap,
  // Pages submit with this key.
  ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
  ...historyKeymap,
]);

export class FilterEditor extends HTMLElement {
  static observedAttributes = ["delay", "label", "placeholder", "resource"];

  /** @type {EditorView | null} */
  #view = null;
  /** @type {Backend | null} */
  #backend = null;
  #text = "";
  #service = new Compartment();
  #labels = new Compartment();

  /** The text of the filter. */
  get value() {
    return this.#view ? this.#view.state.doc.toString() : this.#text;
  }

  set value(text) {
    this.#text = text;
    if (this.#view === null || text === this.value) return;
    const changes = { from: 0, to: this.#view.state.doc.length, insert: text };
    this.#view.dispatch({ changes, selection: { anchor: this.#view.state.toText(text).length } });
  }

  /** The function that does the work, or null. */
  get backend() {
    return this.#backend;
  }

  set backend(backend) {
    this.#backend = backend;
    this.#reconfigure();
  }

  /** The name of the listing, or null. */
  get resource() {
    return this.getAttribute("resource") || null;
  }

  set resource(name) {
    if (name) this.setAttribute("resource", name);
    else this.removeAttribute("resource");
  }

  /**
   * Applies edits of the text, as those of a fix.
   *
   * @param {Edit[]} edits  With spans in code points of the text.
   */
  applyEdits(edits) {
    const changes = new Positions(this.value).toChanges(edits);
    this.#view?.dispatch({ changes, userEvent: "input.fix" });
  }

  /**
   * Selects a part of the text and shows it.
   *
   * @param {Span} span  In code points of the text.
   */
  select(span) {
    const { from, to } = new Positions(this.value).toRange(span);
    this.#view?.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    this.focus();
  }

  focus() {
    this.#view?.focus();
  }

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    const doc = this.#text || (this.textContent ?? "").trim();
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({ doc, extensions: this.#createExtensions() }),
    });
  }

  disconnectedCallback() {
    this.#text = this.value;
    this.#view?.destroy();
    this.#view = null;
  }

  attributeChangedCallback() {
    this.#reconfigure();
  }

  #createExtensions() {
    return [
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      EditorView.lineWrapping,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) this.#emit("filter-change", { text: this.value });
      }),
      KEYS,
      theme,
      this.#service.of(this.#createService()),
      this.#labels.of(this.#createLabels()),
      analysis(
        (text, result) => this.#emit("filter-analysis", { text, ...result }),
        (error) => this.#emit("filter-failure", error),
      ),
      assistance(),
      quickFixes(),
    ];
  }

  #createService() {
    const delay = Number(this.getAttribute("delay") ?? DELAY);
    return service.of({ backend: this.#backend, resource: this.resource, delay });
  }

  #createLabels() {
    return [
      EditorView.contentAttributes.of({
        "aria-label": this.getAttribute("label") ?? "Filter",
        autocapitalize: "off",
        autocorrect: "off",
        spellcheck: "false",
      }),
      placeholder(this.getAttribute("placeholder") ?? ""),
    ];
  }

  #reconfigure() {
    this.#view?.dispatch({
      effects: [
        this.#service.reconfigure(this.#createService()),
        this.#labels.reconfigure(this.#createLabels()),
      ],
    });
  }

  /** @param {string} type @param {unknown} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

customElements.define("epfilter-editor", FilterEditor);

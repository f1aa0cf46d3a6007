/** The playground: an editor, its findings, and views of the filter. All work is done in a worker. */

import "../element.js";
import { ProblemError, PythonClient } from "./client.js";
import examples from "./examples.json";
import { VIEWS } from "./views.js";

/** @typedef {import("../element.js").FilterEditor} FilterEditor */
/** @typedef {import("../backend.js").Finding} Finding */
/** @typedef {{listing: string, rows: string, target: string}} State */

/** @template {HTMLElement} T @param {string} id */
const part = (id) => /** @type {T} */ (document.getElementById(id));
const editor = /** @type {FilterEditor} */ (part("filter"));
const listing = /** @type {HTMLSelectElement} */ (part("listing"));
const example = /** @type {HTMLSelectElement} */ (part("example"));
const status = part("status");
const pane = part("pane");
const tabs = /** @type {HTMLElement[]} */ ([...part("tabs").children]);

const INSTEAD = "Install epfilter and run `epfilter check` instead; see the page Install.";
const FIRST = examples[0];
/** Milliseconds after which a view is shown as outdated. */
const BUSY_AFTER = 300;

/** @type {PythonClient | null} */
let python = null;
const FIRST_VIEW = Object.keys(VIEWS)[0];
let view = FIRST_VIEW;
/** What the views keep; rows never get into the link, because they can be personal. */
const kept = { rows: "", target: "" };
/** Each view is drawn for the newest text only. */
let drawing = 0;

function readFragment() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (!values.has("filter")) return false;
  editor.value = values.get("filter") ?? "";
  selectListing(values.get("listing") ?? "");
  kept.target = values.get("target") ?? "";
  const named = values.get("view") ?? "";
  view = named in VIEWS ? named : FIRST_VIEW;
  return true;
}

function writeFragment() {
  const values = new URLSearchParams({ filter: editor.value });
  if (listing.value) values.set("listing", listing.value);
  if (view !== FIRST_VIEW) values.set("view", view);
  if (view === "translate" && kept.target) values.set("target", kept.target);
  history.replaceState(null, "", `#${values}`);
}

/** @param {string} name */
function selectListing(name) {
  listing.value = name;
  if (listing.selectedIndex < 0) listing.value = "";
  editor.resource = listing.value;
}

/** @param {Finding[]} findings */
function showFindings(findings) {
  part("findings").replaceChildren(
    ...findings.map(({ code, severity, message, hint, fix, span }) => {
      const item = document.createElement("li");
      item.className = `playground-${severity}`;
      const place = document.createElement("button");
      place.type = "button";
      place.className = "playground-place";
      place.textContent = code;
      place.title = "Select the place";
      place.addEventListener("click", () => editor.select(span));
      item.append(place, ` ${message} `);
      if (fix !== null) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = fix.title;
        button.addEventListener("click", () => {
          editor.applyEdits(fix.edits);
          editor.focus();
        });
        item.append(button);
      } else if (hint !== null) {
        item.append(`Hint: ${hint}.`);
      }
      return item;
    }),
  );
}

/** @param {string} text */
function announce(text) {
  if (status.textContent !== text) status.textContent = text;
}

/** @param {Finding[]} findings */
function summarize(findings) {
  if (findings.length === 0) {
    return listing.value
      ? "No findings: the listing accepts the filter."
      : "No findings. Choose a listing to check the fields too.";
  }
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return findings.some(({ severity }) => severity === "error")
    ? `${count}: the filter must be corrected.`
    : `${count}: the filter works as it is written.`;
}

async function draw() {
  for (const tab of tabs) {
    const selected = tab.id === `tab-${view}`;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) pane.setAttribute("aria-labelledby", tab.id);
  }
  if (python === null) return;
  const turn = ++drawing;
  const client = python;
  const common = { text: editor.value, resource: editor.resource };
  /** @param {import("./client.js").PaneRequest} request */
  const ask = (request) => client.request({ ...common, ...request });
  const waits = setTimeout(() => pane.setAttribute("aria-busy", "true"), BUSY_AFTER);
  try {
    const nodes = await VIEWS[view](ask, kept, draw);
    if (turn === drawing) show(nodes);
  } catch (error) {
    if (turn !== drawing) return;
    const message = document.createElement("pre");
    message.textContent = error instanceof ProblemError ? error.message : `${error}`;
    show([message]);
  } finally {
    clearTimeout(waits);
    if (turn === drawing) pane.removeAttribute("aria-busy");
  }
}

/**
 * Shows nodes in the pane. The first one stays where it is, because someone may be typing in it.
 *
 * @param {Node[]} nodes
 */
function show([first, ...others]) {
  if (pane.firstChild !== first) pane.replaceChildren(first);
  while (pane.lastChild && pane.lastChild !== first) pane.lastChild.remove();
  pane.append(...others);
}

function addListings() {
  for (const [name, title] of LISTINGS) listing.add(new Option(`${name}: ${title}`, name));
}

function addExamples() {
  for (const [index, { title }] of examples.entries()) example.add(new Option(title, `${index}`));
  example.addEventListener("change", () => {
    if (example.value === "") return;
    const chosen = examples[Number(example.value)];
    example.value = "";
    selectListing(chosen.listing);
    editor.value = chosen.filter;
    if (chosen.rows) {
      kept.rows = chosen.rows;
      view = "rows";
    }
    draw();
    editor.focus();
  });
}

function addTabs() {
  const steps = new Map([["ArrowRight", 1], ["ArrowLeft", -1]]);
  for (const [index, tab] of tabs.entries()) {
    const select = () => {
      view = tab.id.slice("tab-".length);
      writeFragment();
      draw();
    };
    tab.addEventListener("click", select);
    tab.addEventListener("keydown", (event) => {
      const step = steps.get(event.key);
      if (step === undefined) return;
      event.preventDefault();
      const next = tabs[(index + step + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  }
}

function addButtons() {
  part("format").addEventListener("click", async () => {
    const text = editor.value;
    const edits = await python?.request({ method: "format", text });
    if (edits && editor.value === text) editor.applyEdits(edits);
  });
  part("share").addEventListener("click", async () => {
    writeFragment();
    const shared = part("shared");
    try {
      await navigator.clipboard.writeText(location.href);
      shared.textContent = "Copied.";
    } catch {
      shared.textContent = "The address of this page is the link.";
    }
  });
}

function startPython() {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    announce(`This browser has no WebAssembly, which runs Python here. ${INSTEAD}`);
    return;
  }
  const client = new PythonClient(new URL("worker.js", import.meta.url), {
    onStage(stage) {
      announce(`${stage} The first visit loads 20 MB; you can type already.`);
    },
    onReady() {
      python = client;
      status.textContent = "";
      editor.backend = (request) => client.request(request);
      draw();
    },
    onFailure(reason) {
      announce(`Python cannot be loaded (${reason}). Reload the page. ${INSTEAD}`);
    },
  });
}

addListings();
addExamples();
addTabs();
addButtons();
if (!readFragment()) {
  editor.value = FIRST.filter;
  selectListing(FIRST.listing);
}
listing.addEventListener("change", () => {
  selectListing(listing.value);
  writeFragment();
});
editor.addEventListener("filter-change", () => {
  part("shared").textContent = "";
  writeFragment();
});
editor.addEventListener("filter-analysis", (event) => {
  const { diagnostics } = /** @type {CustomEvent<{diagnostics: Finding[]}>} */ (event).detail;
  announce(summarize(diagnostics));
  showFindings(diagnostics);
  draw();
});
editor.addEventListener("filter-failure", (event) => {
  announce(`${/** @type {CustomEvent} */ (event).detail}`);
});
window.addEventListener("hashchange", () => {
  if (readFragment()) draw();
});
startPython();
draw();

/** The views of a filter, one for each tab: each requests its data and returns its nodes. */

/** @typedef {(request: import("./client.js").PaneRequest) => Promise<any>} Ask */
/** @typedef {{rows: string, target: string}} Kept */
/** @typedef {(ask: Ask, kept: Kept, redraw: () => void) => Promise<Node[]>} View */

/**
 * @param {string} name
 * @param {string} text
 */
function create(name, text = "") {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

/**
 * Returns a title, and a text with a button that copies it.
 *
 * @param {string} title
 * @param {string} text
 */
function createBlock(title, text) {
  const heading = create("strong", title);
  const block = create("pre");
  block.append(create("code", text));
  const copy = create("button", "Copy");
  copy.setAttribute("type", "button");
  copy.setAttribute("aria-label", `Copy: ${title}`);
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  const row = create("div");
  row.className = "playground-title";
  row.append(heading, copy);
  return [row, block];
}

/** @type {View} */
async function showMeaning(ask) {
  const { english, tree } = await ask({ method: "describe" });
  const sentence = create("p", english);
  sentence.className = "playground-english";
  return [sentence, ...createBlock("Tree", tree)];
}

/** @type {View} */
async function showText(ask) {
  const { canonical, pretty, query } = await ask({ method: "print" });
  return [
    ...createBlock("Canonical", canonical),
    ...createBlock("Several lines", pretty),
    ...createBlock("In a URL", query),
  ];
}

const LEFT_OUT = "Polars and DuckDB have no build for browsers: `epfilter translate --to polars` and `--to sql:duckdb` write these.";

/** @type {HTMLSelectElement | null} */
let targets = null;

/** @type {View} */
async function showTranslation(ask, kept, redraw) {
  targets ??= await createTargets(ask, kept, redraw);
  if (kept.target) targets.value = kept.target;
  if (targets.selectedIndex < 0) targets.selectedIndex = 0;
  const target = targets.value;
  const note = create("p", LEFT_OUT);
  note.className = "playground-note";
  const text = await ask({ method: "translate", target }).catch((error) => `${error.message}`);
  return [/** @type {Node} */ (targets.parentNode), ...createBlock(target, text), note];
}

/** @param {Ask} ask @param {Kept} kept @param {() => void} redraw */
async function createTargets(ask, kept, redraw) {
  const select = document.createElement("select");
  for (const name of await ask({ method: "translations" })) select.add(new Option(name));
  select.addEventListener("change", () => {
    kept.target = select.value;
    redraw();
  });
  create("label", "Translate to ").append(select);
  return select;
}

/** @type {View} */
async function showRequest(ask) {
  const { body, curl } = await ask({ method: "request" });
  return [
    create("p", "An export of the orders of this filter by the Exporter Service."),
    ...createBlock("Body of POST /v2/jobs", body),
    ...createBlock("Command", curl),
  ];
}

/** @type {HTMLTextAreaElement | null} */
let area = null;

/** @type {View} */
async function showRows(ask, kept, redraw) {
  area ??= createArea(kept, redraw);
  if (area.value !== kept.rows) area.value = kept.rows;
  return [/** @type {Node} */ (area.parentNode), ...(await showMatches(ask, kept.rows))];
}

/** @param {Kept} kept @param {() => void} redraw */
function createArea(kept, redraw) {
  const field = document.createElement("textarea");
  field.rows = 7;
  field.spellcheck = false;
  field.placeholder = '[{"payment": "paid"}, {"payment": "unpaid"}]';
  let timer = 0;
  field.addEventListener("input", () => {
    kept.rows = field.value;
    clearTimeout(timer);
    timer = setTimeout(redraw, 200);
  });
  create("label", "Rows as JSON, JSON Lines or CSV. They stay in this browser.").append(field);
  return field;
}

/** @param {Ask} ask @param {string} text @returns {Promise<Node[]>} */
async function showMatches(ask, text) {
  if (text.trim() === "") return [];
  /** @type {{rows: {row: string, matches: boolean, reason: string}[], count: number}} */
  let found;
  try {
    found = await ask({ method: "rows", rows: text });
  } catch (error) {
    return [create("pre", error instanceof Error ? error.message : `${error}`)];
  }
  const { rows, count } = found;
  const list = create("ol");
  list.className = "playground-rows";
  list.setAttribute("aria-label", "Rows");
  for (const { row, matches, reason } of rows) {
    const item = list.appendChild(create("li"));
    item.className = matches ? "playground-match" : "playground-miss";
    item.append(create("strong", matches ? "matches " : "no match "), create("code", row));
    item.append(create("div", `${reason}.`));
  }
  return [create("p", `${count} of ${rows.length} rows match.`), list];
}

/** @type {Record<string, View>} */
export const VIEWS = {
  describe: showMeaning,
  print: showText,
  translate: showTranslation,
  request: showRequest,
  rows: showRows,
};

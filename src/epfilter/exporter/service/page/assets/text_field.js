// The plain text field of the filter, for a service without the editor: suggestions are below it.

const PAUSE = 150; // milliseconds
const MOST = 8;

/** Positions are UTF-16 here, and code points at the service. */
const toPoints = (text, unit) => [...text.slice(0, unit)].length;
const toUnits = (text, point) => [...text].slice(0, point).join("").length;

/** Shows what can stand at the cursor of `field` in `list`; `edit` sends a request of the editor. */
export function offerSuggestions(field, list, edit) {
  let timer = 0;
  let running = new AbortController();

  async function update() {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const text = field.value;
    const offset = toPoints(text, field.selectionStart);
    const found = await edit({ method: "complete", text, offset }, signal).catch(() => []);
    if (!signal.aborted) show(text, found.slice(0, MOST));
  }

  function show(text, found) {
    list.replaceChildren(...found.map((item) => createItem(text, item)));
    list.hidden = found.length === 0;
  }

  function createItem(text, item) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = item.label;
    button.title = [item.detail, item.note].filter(Boolean).join("; ");
    button.addEventListener("click", () => {
      const [start, end] = item.edit.span.map((point) => toUnits(text, point));
      field.value = text.slice(0, start) + item.edit.text + text.slice(end);
      field.focus();
      field.setSelectionRange(...item.selection.map((point) => toUnits(field.value, point)));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  }

  function schedule() {
    clearTimeout(timer);
    running.abort();
    timer = setTimeout(update, PAUSE);
  }

  for (const name of ["input", "click", "keyup", "focus"]) field.addEventListener(name, schedule);
}

// Asks the service for the parts of the page again: while a filter is typed, and while jobs run.

import { offerSuggestions } from "./text_field.js";

const KEY = "epfilter-token";
const PAUSE_IN_TYPING = 250; // milliseconds
const PAUSE_IN_LONG_TEXT = 1000;
const BUSY = 1000;
const IDLE = 5000;

const part = (id) => document.getElementById(id);
const filterText = () => part("filter").value;
const isBlank = () => !filterText().trim();
const isLong = (text) => text.length > Number(part("export").dataset.maxExplained);

/** Sends a request; a refused token shows the form for the token again. */
async function request(path, { body, signal } = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ""}` };
  const posts = body !== undefined;
  if (posts) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method: posts ? "POST" : "GET",
    headers,
    body: posts ? JSON.stringify(body) : undefined,
    signal,
  });
  if (response.status === 401) {
    signOut(true);
    throw new DOMException("no token", "AbortError");
  }
  return response;
}

/** Returns the message of an error response, and of its first diagnostic. */
async function errorMessage(response) {
  try {
    const [error] = (await response.json()).errors;
    const [first] = error.meta?.diagnostics ?? [];
    return [error.detail ?? error.title, first?.message].filter(Boolean).join(": ");
  } catch {
    return `The service responded with ${response.status}.`;
  }
}

const NOTHING = { analyze: { tokens: [], diagnostics: [] }, hover: null, signature: null };

/** Requests what the editor needs, as `epfilter.editing.handle_request` describes. */
async function edit(body, signal) {
  const isEmpty = body.method === "analyze" && !body.text.trim();
  if (isEmpty || isLong(body.text) || !sessionStorage.getItem(KEY)) {
    return body.method in NOTHING ? NOTHING[body.method] : [];
  }
  const response = await request("page/editor", { body, signal });
  if (!response.ok) throw new Error(await errorMessage(response));
  return response.json();
}

function showError(text) {
  part("trouble").textContent = text;
  part("trouble").hidden = !text;
}

/** Runs a task; shows an error if the service does not respond. */
async function attempt(task) {
  try {
    await task();
  } catch (error) {
    if (error.name !== "AbortError") showError("The service does not respond.");
  }
}

/** Shows HTML of the service in an element, with local times. */
function show(element, html) {
  element.innerHTML = html;
  element.ariaBusy = null;
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of element.querySelectorAll("time")) {
    time.title = time.textContent;
    time.textContent = format.format(new Date(time.dateTime));
  }
}

let hasNoOrders = false;

/** Shows whether the filter can be exported, or why not; `number` is null if it is unknown. */
function showReadiness({ accepted, number = null, words = "" }) {
  hasNoOrders = number === 0;
  part("start").disabled = !accepted || hasNoOrders;
  part("start").textContent = isBlank() ? "Export every order …" : "Export";
  part("reason").textContent = hasNoOrders ? `${words}, so there is nothing to export.` : words;
}

let preview = new AbortController();

/** Shows the meaning of the filter and its orders; drops earlier requests. */
async function updatePreview() {
  preview.abort();
  preview = new AbortController();
  const { signal } = preview;
  const body = { filter: filterText() };
  showReadiness({ accepted: false });
  part("confirm").hidden = true;
  part("matches").ariaBusy = "true"; // It is about the filter before.
  await attempt(async () => {
    const response = await request("page/preview", { body, signal });
    const html = response.ok ? await response.text() : "";
    if (signal.aborted) return;
    showError(response.ok ? "" : await errorMessage(response));
    if (!response.ok) return;
    show(part("preview"), html);
    const { accepted, long } = part("preview").firstElementChild.dataset;
    if (accepted !== "true") {
      part("matches").replaceChildren();
      showReadiness({ accepted: false, words: "Correct the filter to export." });
    } else if (long === "true") {
      part("matches").replaceChildren();
      showReadiness({ accepted: true });
    } else {
      await updateMatches(body, signal);
    }
  });
}

/** Shows how many orders match, when, and the first of them. */
async function updateMatches(body, signal) {
  showReadiness({ accepted: true, words: "counting …" });
  const response = await request("page/matches", { body, signal });
  const html = response.ok ? await response.text() : "";
  const words = response.ok ? "" : await errorMessage(response);
  if (signal.aborted) return;
  show(part("matches"), html);
  const found = part("matches").firstElementChild?.dataset ?? {};
  const number = found.count ? Number(found.count) : null;
  part("question").textContent =
    number === null ? "Export every order?" : `Export all orders? ${found.words}.`;
  showReadiness({ accepted: true, number, words: found.words ?? words });
}

let listing = 0;

/** Shows the jobs, now and after a pause, which is shorter while a job is unfinished. */
async function updateJobs() {
  clearTimeout(listing);
  let pause = IDLE;
  if (!document.hidden) {
    await attempt(async () => {
      const response = await request("page/jobs");
      if (!response.ok) return;
      const html = await response.text();
      const jobs = part("jobs");
      if (jobs.dataset.shown !== html) showJobs(jobs, html);
      if (jobs.firstElementChild.dataset.busy === "true") pause = BUSY;
    });
  }
  clearTimeout(listing);
  if (sessionStorage.getItem(KEY)) listing = setTimeout(updateJobs, pause);
}

/** Shows the list of jobs, and announces the state of the newest one when it changes. */
function showJobs(jobs, html) {
  const isFirst = jobs.dataset.shown === undefined;
  const focused = document.activeElement?.closest("#jobs button")?.dataset ?? {};
  show(jobs, html);
  jobs.dataset.shown = html;
  for (const [name, id] of Object.entries(focused)) {
    jobs.querySelector(`[data-${name}="${id}"]`)?.focus();
  }
  const state = jobs.querySelector(".state")?.textContent;
  if (!isFirst && state) part("news").textContent = `The newest job: ${state}`;
}

async function start() {
  const filter = filterText().trim();
  const data = { type: "job", job_type: "order_export", ...(filter ? { filter } : {}) };
  const { signal } = preview;
  const isConfirmed = !part("confirm").hidden;
  part("confirm").hidden = true;
  part("start").disabled = true;
  await attempt(async () => {
    const response = await request("v2/jobs", { body: { data } });
    showError(response.ok ? "" : await errorMessage(response));
    await updateJobs();
  });
  if (signal.aborted) return; // Another filter is being checked.
  part("start").disabled = false;
  if (isConfirmed) part("start").focus();
}

/** Starts the export; one of every order only after a second click. */
function submit() {
  if (part("start").disabled) return;
  if (!isBlank()) {
    start();
    return;
  }
  part("confirm").hidden = false;
  part("cancel").focus();
}

function hideConfirmation() {
  part("confirm").hidden = true;
  part("start").focus();
}

async function download(job) {
  await attempt(async () => {
    const response = await request(`v2/jobs/${job}/file`);
    if (!response.ok) return showError(await errorMessage(response));
    const link = document.createElement("a");
    link.href = (await response.json()).data.href;
    link.download = "";
    link.click();
  });
}

async function copyFilter(job) {
  await attempt(async () => {
    const response = await request(`v2/jobs/${job}`);
    if (!response.ok) return showError(await errorMessage(response));
    setFilter((await response.json()).data.filter ?? "");
    part("export").scrollIntoView();
  });
}

function setFilter(text) {
  part("filter").value = text;
  part("filter").focus();
  updatePreview();
}

function signIn() {
  part("entry").hidden = true;
  part("inside").hidden = false;
  part("filter").focus();
  updatePreview();
  updateJobs();
}

function signOut(refused) {
  preview.abort();
  clearTimeout(listing);
  sessionStorage.removeItem(KEY);
  for (const name of ["preview", "matches", "jobs", "suggestions"]) part(name).replaceChildren();
  delete part("jobs").dataset.shown;
  part("inside").hidden = true;
  part("entry").hidden = false;
  part("refused").hidden = !refused;
  part("token").focus();
}

let pause = 0;

function schedulePreview() {
  clearTimeout(pause);
  preview.abort();
  part("start").disabled = true;
  pause = setTimeout(updatePreview, isLong(filterText()) ? PAUSE_IN_LONG_TEXT : PAUSE_IN_TYPING);
}

const field = part("filter");
if (field.matches("textarea")) {
  field.addEventListener("input", schedulePreview);
  offerSuggestions(field, part("suggestions"), edit);
} else {
  field.addEventListener("filter-change", schedulePreview);
  field.backend = (body) => edit(body);
}
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
});
part("export").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
part("export-all").addEventListener("click", start);
part("cancel").addEventListener("click", hideConfirmation);
part("confirm").addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideConfirmation();
});
part("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, part("token").value.trim());
  part("token").value = "";
  signIn();
});
part("leave").addEventListener("click", () => signOut(false));
document.addEventListener("click", (event) => {
  const { text, file, again } = event.target.dataset ?? {};
  if (file) download(file);
  else if (again) copyFilter(again);
  else if (text !== undefined) setFilter(text);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !sessionStorage.getItem(KEY)) return;
  updateJobs();
  if (hasNoOrders) updatePreview(); // There may be some by now.
});

// The token in the URL that the service printed; it is removed so that others cannot read it.
const tokenInUrl = new URLSearchParams(location.hash.slice(1)).get("token");
if (tokenInUrl) {
  sessionStorage.setItem(KEY, tokenInUrl);
  history.replaceState(null, "", location.pathname + location.search);
}
if (sessionStorage.getItem(KEY)) signIn();
else signOut(false);

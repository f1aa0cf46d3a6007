"use strict";
// Asks the service for the parts of the page again: while a filter is filterText, and while jobs run.

const KEY = "epfilter-token";
const PAUSE_IN_TYPING = 250; // milliseconds
const BUSY = 1000;
const IDLE = 5000;

const part = (id) => document.getElementById(id);
const filterText = () => part("filter").value;

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

/** Returns the message of an error response. */
async function errorMessage(response) {
  try {
    const [error] = (await response.json()).errors;
    return error.detail ?? error.title;
  } catch {
    return `The service responded with ${response.status}.`;
  }
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

let preview = new AbortController();

/** Shows the meaning of the filter and its number of orders; drops earlier requests. */
async function updatePreview() {
  preview.abort();
  preview = new AbortController();
  const { signal } = preview;
  const body = { filter: filterText() };
  part("start").disabled = true;
  part("count").textContent = "";
  await attempt(async () => {
    const response = await request("page/preview", { body, signal });
    if (!response.ok) return showError(await errorMessage(response));
    showError("");
    const html = await response.text();
    if (signal.aborted) return;
    part("preview").innerHTML = html;
    const accepted = part("preview").firstElementChild.dataset.accepted === "true";
    part("start").disabled = !accepted;
    part("start").textContent = body.filter.trim() ? "Export" : "Export every order";
    if (!accepted) return;
    part("count").textContent = "counting …";
    const count = await request("page/count", { body, signal });
    const words = count.ok ? await count.text() : await errorMessage(count);
    if (!signal.aborted) part("count").textContent = words.trim();
  });
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
      if (jobs.dataset.shown !== html) {
        jobs.innerHTML = html;
        jobs.dataset.shown = html;
      }
      if (jobs.firstElementChild.dataset.busy === "true") pause = BUSY;
    });
  }
  clearTimeout(listing);
  if (sessionStorage.getItem(KEY)) listing = setTimeout(updateJobs, pause);
}

async function start() {
  const filter = filterText().trim();
  const data = { type: "job", job_type: "order_export", ...(filter ? { filter } : {}) };
  part("start").disabled = true;
  await attempt(async () => {
    const response = await request("v2/jobs", { body: { data } });
    showError(response.ok ? "" : await errorMessage(response));
    await updateJobs();
  });
  part("start").disabled = false;
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
  part("preview").replaceChildren();
  part("jobs").replaceChildren();
  delete part("jobs").dataset.shown;
  part("inside").hidden = true;
  part("entry").hidden = false;
  part("refused").hidden = !refused;
  part("token").focus();
}

let pause = 0;
part("filter").addEventListener("input", () => {
  clearTimeout(pause);
  part("start").disabled = true;
  pause = setTimeout(updatePreview, PAUSE_IN_TYPING);
});
part("export").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!part("start").disabled) start();
});
part("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, part("token").value.trim());
  part("token").value = "";
  signIn();
});
part("leave").addEventListener("click", () => signOut(false));
document.addEventListener("click", (event) => {
  const { text, job } = event.target.dataset;
  if (job) download(job);
  if (text === undefined) return;
  part("filter").value = text;
  part("filter").focus();
  updatePreview();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && sessionStorage.getItem(KEY)) updateJobs();
});

// The token in the URL that the service printed; it is removed so that others cannot read it.
const tokenInUrl = new URLSearchParams(location.hash.slice(1)).get("token");
if (tokenInUrl) {
  sessionStorage.setItem(KEY, tokenInUrl);
  history.replaceState(null, "", location.pathname + location.search);
}
if (sessionStorage.getItem(KEY)) signIn();
else signOut(false);

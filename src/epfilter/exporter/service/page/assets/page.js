"use strict";
// Asks the service for the parts of the page again: while a filter is typed, and while jobs run.

const KEY = "epfilter-token";
const PAUSE_IN_TYPING = 250; // milliseconds
const BUSY = 1000;
const IDLE = 5000;

const part = (id) => document.getElementById(id);
const typed = () => part("filter").value;

/** The answer of the service; a token that it refuses leads back to the entry. */
async function ask(path, { body, signal } = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ""}` };
  const posts = body !== undefined;
  if (posts) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method: posts ? "POST" : "GET",
    headers,
    body: posts ? JSON.stringify(body) : undefined,
    signal,
  });
  if (answer.status === 401) {
    leave(true);
    throw new DOMException("no token", "AbortError");
  }
  return answer;
}

/** What an answer that is an error says. */
async function said(answer) {
  try {
    const [error] = (await answer.json()).errors;
    return error.detail ?? error.title;
  } catch {
    return `The service answered with ${answer.status}.`;
  }
}

function complain(text) {
  part("trouble").textContent = text;
  part("trouble").hidden = !text;
}

/** Runs a task; tells the user where the service does not answer. */
async function attempt(task) {
  try {
    await task();
  } catch (error) {
    if (error.name !== "AbortError") complain("The service does not answer.");
  }
}

let reading = new AbortController();

/** Shows what the filter means and how many orders it selects; what was asked before is dropped. */
async function read() {
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  const body = { filter: typed() };
  part("start").disabled = true;
  part("count").textContent = "";
  await attempt(async () => {
    const answer = await ask("page/reading", { body, signal });
    if (!answer.ok) return complain(await said(answer));
    complain("");
    const html = await answer.text();
    if (signal.aborted) return;
    part("reading").innerHTML = html;
    const accepted = part("reading").firstElementChild.dataset.accepted === "true";
    part("start").disabled = !accepted;
    part("start").textContent = body.filter.trim() ? "Export" : "Export every order";
    if (!accepted) return;
    part("count").textContent = "counting …";
    const counted = await ask("page/count", { body, signal });
    const words = counted.ok ? await counted.text() : await said(counted);
    if (!signal.aborted) part("count").textContent = words.trim();
  });
}

let listing = 0;

/** Shows the jobs, and again after a while: sooner where one is unfinished. */
async function list() {
  clearTimeout(listing);
  let pause = IDLE;
  if (!document.hidden) {
    await attempt(async () => {
      const answer = await ask("page/jobs");
      if (!answer.ok) return;
      const html = await answer.text();
      const jobs = part("jobs");
      if (jobs.dataset.shown !== html) {
        jobs.innerHTML = html;
        jobs.dataset.shown = html;
      }
      if (jobs.firstElementChild.dataset.busy === "true") pause = BUSY;
    });
  }
  clearTimeout(listing);
  if (sessionStorage.getItem(KEY)) listing = setTimeout(list, pause);
}

async function start() {
  const filter = typed().trim();
  const data = { type: "job", job_type: "order_export", ...(filter ? { filter } : {}) };
  part("start").disabled = true;
  await attempt(async () => {
    const answer = await ask("v2/jobs", { body: { data } });
    complain(answer.ok ? "" : await said(answer));
    await list();
  });
  part("start").disabled = false;
}

async function download(job) {
  await attempt(async () => {
    const answer = await ask(`v2/jobs/${job}/file`);
    if (!answer.ok) return complain(await said(answer));
    const link = document.createElement("a");
    link.href = (await answer.json()).data.href;
    link.download = "";
    link.click();
  });
}

function enter() {
  part("entry").hidden = true;
  part("inside").hidden = false;
  part("filter").focus();
  read();
  list();
}

function leave(refused) {
  reading.abort();
  clearTimeout(listing);
  sessionStorage.removeItem(KEY);
  part("reading").replaceChildren();
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
  pause = setTimeout(read, PAUSE_IN_TYPING);
});
part("export").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!part("start").disabled) start();
});
part("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, part("token").value.trim());
  part("token").value = "";
  enter();
});
part("leave").addEventListener("click", () => leave(false));
document.addEventListener("click", (event) => {
  const { text, job } = event.target.dataset;
  if (job) download(job);
  if (text === undefined) return;
  part("filter").value = text;
  part("filter").focus();
  read();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && sessionStorage.getItem(KEY)) list();
});

// The token of the address that the service printed; it is not left where others could read it.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, "", location.pathname + location.search);
}
if (sessionStorage.getItem(KEY)) enter();
else leave(false);

/**
 * Python with epfilter, in a worker: the page stays responsive while it loads and computes.
 *
 * It receives `{id, request}` and sends `{id, result}`, `{id, problem}` for what a user must correct,
 * or `{id, error}`; and while it loads `{stage}`, at last `{ready: true}` or `{failed}`.
 */

/** @typedef {{main: string[], sql: string[]}} Manifest */

const BASE = new URL(".", self.location.href).href;
const SITE_PACKAGES = "/lib/python3.14/site-packages";

/** @param {string} path */
async function load(path) {
  const response = await fetch(BASE + path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response;
}

/** @param {string[]} names */
function loadPackages(names) {
  return Promise.all(names.map(async (name) => (await load(`packages/${name}`)).arrayBuffer()));
}

/** @param {any} pyodide @param {ArrayBuffer[]} archives */
function install(pyodide, archives) {
  for (const archive of archives) {
    pyodide.unpackArchive(archive, "zip", { extractDir: SITE_PACKAGES });
  }
}

/**
 * Accepts WebAssembly that a server sends with another type, and returns what rejects if it fails:
 * Pyodide only logs that, and then waits forever.
 *
 * @returns {Promise<never>}
 */
function watchCompilation() {
  const { instantiateStreaming } = WebAssembly;
  return new Promise((_, reject) => {
    WebAssembly.instantiateStreaming = async (source, imports) => {
      try {
        const response = await source;
        if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
        const headers = { "Content-Type": "application/wasm" };
        const isTyped = response.headers.get("Content-Type") === headers["Content-Type"];
        const typed = isTyped ? response : new Response(response.body, { headers });
        return await instantiateStreaming(typed, imports);
      } catch (error) {
        reject(error);
        throw error;
      }
    };
  });
}

/** @returns {Promise<any>} */
async function loadPython() {
  const { loadPyodide } = await import(`${BASE}pyodide/pyodide.mjs`);
  return Promise.race([watchCompilation(), loadPyodide({ indexURL: `${BASE}pyodide/` })]);
}

async function start() {
  postMessage({ stage: "Loading Python …" });
  /** @type {Manifest} */
  const { main, sql } = await (await load("packages/manifest.json")).json();
  const [pyodide, archives] = await Promise.all([loadPython(), loadPackages(main)]);
  postMessage({ stage: "Loading epfilter …" });
  install(pyodide, archives);
  const run = pyodide.runPython("from panes import run; run");
  /** @type {Promise<ArrayBuffer[]> | null} */
  let sqlArchives = null;
  let hasSql = false;
  /** @param {import("./client.js").PaneRequest} request @returns {Promise<object>} */
  return async (request) => {
    if (request.target?.startsWith("sql:") && !hasSql) {
      install(pyodide, await (sqlArchives ??= loadPackages(sql)));
      hasSql = true;
    }
    return JSON.parse(run(JSON.stringify(request)));
  };
}

const started = start();
started.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ failed: String(error) }),
);
self.addEventListener("message", async ({ data: { id, request } }) => {
  try {
    const run = await started;
    postMessage({ id, ...(await run(request)) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});

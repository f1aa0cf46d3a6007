"""Pyodide: Python 3.14 as WebAssembly, which Node runs here, as a browser would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.npm import install_npm_packages, run_or_skip

_VERSION = "314.0.7"
_PLATFORM = ("--platform=pyemscripten_2026_0_wasm32", "--python-version=3.14")
_REPOSITORY = Path(__file__).parents[2]

_RUNNER = """
import { pathToFileURL } from "node:url";
const [folder, repository, program] = process.argv.slice(1);
const module = pathToFileURL(`${folder}/node_modules/pyodide/pyodide.mjs`);
const { loadPyodide } = await import(module);
const pyodide = await loadPyodide();
for (const [path, root] of [["/packages", `${folder}/packages`], ["/repository", repository]]) {
  pyodide.FS.mkdirTree(path);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, path);
}
pyodide.runPython(`
import importlib, os, sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/repository/src", "/packages"]
os.chdir("/repository")
importlib.invalidate_caches()
`);
try {
  process.exitCode = Number(pyodide.runPython(program) ?? 0);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
"""


def install_pyodide(folder: Path, *packages: str) -> Path:
    """Install Pyodide, and packages of Python for it, into a folder, and return the folder.

    Skip the test without Node and npm, and without their registry.
    """
    install_npm_packages(folder, f"pyodide@{_VERSION}")
    run_or_skip(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:"),
        *(*_PLATFORM, "--target", str(folder / "packages"), *packages),
    )
    return folder


def run_in_pyodide(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Python in the repository; its last value is the exit code."""
    command = ("node", "--input-type=module", "--eval", _RUNNER, folder, _REPOSITORY, program)
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant commands

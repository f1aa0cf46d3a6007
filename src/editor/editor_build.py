"""Builds the editor of web pages with esbuild, from the packages of `package-lock.json`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
_STAMP = ".installed-lock.json"
# No package needs its script, and each could run anything.
_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")


class UnavailableError(Exception):
    """Something that the build requires is not available here."""


def install_packages() -> None:
    """Install the packages of `package-lock.json` into `node_modules`, unless they are there.

    Raises UnavailableError without Node and npm, and if npm cannot install them.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise UnavailableError("Node and npm are not installed")
    lock = (FOLDER / "package-lock.json").read_bytes()
    if _is_installed(lock):
        return
    # In a folder of its own, because another process may build too.
    with TemporaryDirectory(dir=FOLDER, prefix=".install-") as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / file, folder)
        done = subprocess.run(  # noqa: S603 - constant arguments
            [npm, "ci", *_OPTIONS], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UnavailableError(f"npm cannot install the packages: {done.stderr.strip()[-300:]}")
        modules = folder / "node_modules"
        (modules / _STAMP).write_bytes(lock)
        if not _is_installed(lock):
            shutil.rmtree(MODULES, ignore_errors=True)
            modules.rename(MODULES)


def _is_installed(lock: bytes) -> bool:
    """Return whether the installed packages are those of a lock file."""
    stamp = MODULES / _STAMP
    return stamp.exists() and stamp.read_bytes() == lock


def bundle(target: Path, **entries: str) -> None:
    """Write a module of JavaScript for each entry: the name of the output, and its source.

    The sources are relative to this folder.

    Raises UnavailableError as `install_packages` does, and RuntimeError for an error in a source.
    """
    install_packages()
    command = [
        shutil.which("esbuild", path=str(MODULES / ".bin")) or "esbuild",
        *(f"{name}={FOLDER / source}" for name, source in entries.items()),
        *("--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"),
        f"--outdir={target}",
    ]
    done = subprocess.run(  # noqa: S603 - constant arguments
        command, cwd=FOLDER, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"esbuild cannot bundle the editor:\n{done.stderr}")

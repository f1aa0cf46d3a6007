"""Builds the editor of web pages with esbuild, from the packages of `package-lock.json`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
_STAMPS = {True: ".installed-lock.json", False: ".installed-lock-without-dev.json"}
"""The copies of the lock file in `node_modules`: with the packages for development, and without."""

_BUILD_TOOLS = ("esbuild", "@esbuild/")
"""Packages of which nothing is in a bundle."""

# No package needs its script, and each could run anything.
_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")


class UnavailableError(Exception):
    """Something that the build requires is not available here."""


def install_packages(*, dev: bool = True) -> None:
    """Install the packages of `package-lock.json` into `node_modules`, unless they are there.

    Without `dev`, only those that a bundle requires.

    Raises UnavailableError without Node and npm, and if npm cannot install them.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise UnavailableError("Node and npm are not installed")
    lock = (FOLDER / "package-lock.json").read_bytes()
    if _is_installed(lock, dev=dev):
        return
    # In a folder of its own, because another process may build too.
    with TemporaryDirectory(dir=FOLDER, prefix=".install-") as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / file, folder)
        command = [npm, "ci", *_OPTIONS, *([] if dev else ["--omit=dev"])]
        done = subprocess.run(  # noqa: S603 - constant arguments
            command, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UnavailableError(f"npm cannot install the packages: {done.stderr.strip()[-300:]}")
        modules = folder / "node_modules"
        (modules / _STAMPS[dev]).write_bytes(lock)
        if not _is_installed(lock, dev=dev):
            shutil.rmtree(MODULES, ignore_errors=True)
            modules.rename(MODULES)


def _is_installed(lock: bytes, *, dev: bool) -> bool:
    """Return whether the installed packages are those of a lock file, or more than required."""
    stamps = [MODULES / _STAMPS[having] for having in {True, dev}]
    return any(stamp.exists() and stamp.read_bytes() == lock for stamp in stamps)


def read_licenses() -> str:
    """Return the licenses of the packages in a bundle; copies must contain them.

    Call `bundle` or `install_packages` first.
    """
    lock = json.loads((FOLDER / "package-lock.json").read_bytes())
    texts = []
    for path, package in sorted(lock["packages"].items()):
        name = path.removeprefix("node_modules/")
        if name and not package.get("dev") and not name.startswith(_BUILD_TOOLS):
            text = (FOLDER / path / "LICENSE").read_text(encoding="utf-8").strip()
            texts.append(f"{name} {package['version']}\n\n{text}\n")
    return "\n\n".join(texts)


def bundle(
    target: Path, constants: dict[str, str] | None = None, /, *, dev: bool = True, **entries: str
) -> None:
    """Write a module of JavaScript for each entry: the name of the output, and its source.

    The sources are relative to this folder. `constants` are names in them, with their JSON. Without
    `dev`, only the packages that this requires are installed.

    Raises UnavailableError as `install_packages` does, and RuntimeError for an error in a source.
    """
    install_packages(dev=dev)
    command = [
        shutil.which("esbuild", path=str(MODULES / ".bin")) or "esbuild",
        *(f"{name}={FOLDER / source}" for name, source in entries.items()),
        *(f"--define:{name}={expression}" for name, expression in (constants or {}).items()),
        *("--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"),
        f"--outdir={target}",
    ]
    done = subprocess.run(  # noqa: S603 - constant arguments
        command, cwd=FOLDER, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"esbuild cannot bundle the editor:\n{done.stderr}")

"""Builds the playground of the documentation: its scripts, Pyodide, and packages of Python."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from editor_build import FOLDER, MODULES, UnavailableError, bundle, install_packages, read_licenses

from epfilter.resources import all_resources, resource_info

_SOURCES = FOLDER / "playground"
_REQUIREMENTS = _SOURCES / "requirements.txt"
_WHEELS = MODULES / ".wheels"
_STAMP = ".requirements.txt"
_PLATFORM = ("--platform=pyemscripten_2026_0_wasm32", "--python-version=3.14")
_LAZY = ("sqlalchemy",)
"""Packages that are loaded only for the view that needs them."""
_PYODIDE = (
    *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"),
    "pyodide-lock.json",
)


def build_playground(target: Path) -> None:
    """Write everything that the page loads to a folder; nothing is loaded from elsewhere.

    Raises UnavailableError if Node, npm, pip or a package is not available here.
    """
    install_packages()
    download_wheels()
    listings = [[info.name, info.title] for info in map(resource_info, all_resources())]
    bundle(
        target,
        {"LISTINGS": json.dumps(listings)},
        playground="playground/playground.js",
        worker="playground/worker.js",
    )
    shutil.copy(_SOURCES / "playground.css", target)
    (target / "licenses.txt").write_text(read_licenses(), encoding="utf-8")
    (target / "pyodide").mkdir()
    for name in _PYODIDE:
        shutil.copy(MODULES / "pyodide" / name, target / "pyodide")
    packages = target / "packages"
    packages.mkdir()
    wheels = sorted(_WHEELS.glob("*.whl"))
    for wheel in wheels:
        shutil.copy(wheel, packages)
    archive_package(packages / "epfilter.zip")
    lazy = [wheel.name for wheel in wheels if wheel.name.startswith(_LAZY)]
    main = [wheel.name for wheel in wheels if wheel.name not in lazy]
    manifest = {"main": [*main, "epfilter.zip"], "sql": lazy}
    (packages / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def download_wheels() -> None:
    """Download the packages of `requirements.txt`, unless they are there.

    Raises UnavailableError if pip cannot download them.
    """
    if _has_wheels():
        return
    with TemporaryDirectory(dir=MODULES, prefix=".wheels-") as name:
        command = (
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *_PLATFORM),
            *("--only-binary=:all:", "--require-hashes", "--requirement", str(_REQUIREMENTS)),
            *("--dest", name),
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant arguments
        if done.returncode:
            reason = done.stderr.strip()[-300:]
            raise UnavailableError(f"pip cannot download the packages: {reason}")
        shutil.copy(_REQUIREMENTS, Path(name) / _STAMP)
        if not _has_wheels():
            shutil.rmtree(_WHEELS, ignore_errors=True)
            shutil.copytree(name, _WHEELS)


def _has_wheels() -> bool:
    stamp = _WHEELS / _STAMP
    return stamp.exists() and stamp.read_bytes() == _REQUIREMENTS.read_bytes()


def archive_package(path: Path) -> None:
    """Write the files that the wheel of epfilter has, and the views of the playground."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, file in _list_package_files():
            archive.write(file, name)


def _list_package_files() -> Iterator[tuple[str, Path]]:
    source = FOLDER.parent
    for file in sorted((source / "epfilter").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(source).as_posix(), file
    yield "epfilter/grammar/filter.lark", source.parent / "grammar" / "filter.lark"
    yield "panes.py", _SOURCES / "panes.py"

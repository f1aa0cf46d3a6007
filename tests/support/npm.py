"""Packages of npm, and programs in Node that use them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def install_npm_packages(folder: Path, *packages: str) -> None:
    """Install packages into a folder; skip the test without Node, npm and their registry."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no Node with npm")
    options = ("--no-audit", "--no-fund", "--no-update-notifier")
    run_or_skip(npm, "install", "--prefix", str(folder), *options, *packages)


def run_or_skip(*command: str) -> None:
    """Run a command that installs a package; skip the test if it cannot be installed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant commands
    if done.returncode:
        pytest.skip(f"a package cannot be installed: {done.stderr.strip()[-300:]}")


def run_node(folder: Path, *arguments: str | Path) -> str:
    """Run Node in a folder with packages, and return its output; fail if the program fails."""
    command = ["node", *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 - constant commands
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

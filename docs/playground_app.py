"""Writes the scripts of the playground, or one that states why they are missing."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

_EDITOR = Path(__file__).parents[1] / "src" / "editor"


def write_app(folder: Path) -> None:
    """Write what the page `playground.md` loads to a folder.

    Without Node and npm, or without a package index, the page has instructions instead.
    """
    sys.path.insert(0, str(_EDITOR))
    from editor_build import UnavailableError
    from playground_build import build_playground

    shutil.rmtree(folder, ignore_errors=True)
    try:
        build_playground(folder)
    except UnavailableError as error:
        write_instructions(folder, str(error))


def write_instructions(folder: Path, reason: str) -> None:
    """Write a script that shows how to build the playground."""
    print(f"The playground is left out: {reason}.", file=sys.stderr)  # noqa: T201 - a message of the build
    text = (
        f"This copy of the documentation was built without the playground ({reason}). To build it, "
        "install Node.js with npm, and run `python docs/build_site.py` in a clone of the "
        "repository. Or check a filter with `epfilter check`."
    )
    folder.mkdir(parents=True, exist_ok=True)
    script = f"document.getElementById('playground-app').textContent = {json.dumps(text)};\n"
    (folder / "playground.js").write_text(script, encoding="utf-8")

"""The build hook of Hatch that adds the editor to a wheel, where Node can build it.

Without it the page of the service has a plain text field. `EPFILTER_BUILD_EDITOR=0` leaves it out,
and `EPFILTER_BUILD_EDITOR=1` requires it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TARGET = Path("epfilter/exporter/service/page/assets")
_EDITOR = "epfilter-editor"


class EditorHook(BuildHookInterface[Any]):  # type: ignore[misc] # Hatch is not in `dev`
    """The hook; an editable installation has no editor, because it is no copy of the sources."""

    _folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the editor into a folder of its own, and add it to the wheel."""
        wanted = os.environ.get("EPFILTER_BUILD_EDITOR", "")
        if version == "editable" or wanted == "0":
            return
        sys.path.insert(0, str(Path(__file__).parent))
        from editor_build import UnavailableError, bundle, read_licenses

        self._folder = folder = Path(mkdtemp(prefix="epfilter-editor-"))
        try:
            bundle(folder, dev=False, **{_EDITOR: "element.js"})
        except UnavailableError as error:
            if wanted:
                raise
            self.app.display_warning(f"The wheel has no editor: {error}.")
            return
        (folder / f"{_EDITOR}.LICENSES.txt").write_text(read_licenses(), encoding="utf-8")
        for file in folder.iterdir():
            build_data["force_include"][str(file)] = str(_TARGET / file.name)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the signature of a hook
        """Remove the folder."""
        if self._folder is not None:
            rmtree(self._folder, ignore_errors=True)

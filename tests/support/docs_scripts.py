"""The scripts that generate pages of the documentation."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

DOCS = Path(__file__).parents[2] / "docs"


def load_script(name: str) -> ModuleType:
    """Return a module of `docs`, whose modules import each other as scripts do."""
    with patch.object(sys, "path", [str(DOCS), *sys.path]):
        return import_module(name)

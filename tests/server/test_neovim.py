"""The language server in Neovim, with the settings of `editors.md`, controlled by a script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("data") / "neovim.lua"
PAGE = Path(__file__).parents[2] / "docs" / "pages" / "how-to" / "editors.md"


def _read_settings(neovim: str) -> str:
    """Return the block of the page for this version of Neovim."""
    blocks: list[str] = re.findall(
        r"^```lua\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    shown = subprocess.run([neovim, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - found above
    major, minor = re.findall(r"\d+", shown.stdout)[:2]
    newer, older = blocks
    return newer if (int(major), int(minor)) >= (0, 11) else older


@pytest.mark.slow
def test_neovim_shows_completes_fixes_and_formats(tmp_path: Path) -> None:
    neovim = shutil.which("nvim")
    if neovim is None:
        pytest.skip("there is no Neovim")
    file, result = tmp_path / "refunds.filter", tmp_path / "result.json"
    settings = tmp_path / "init.lua"
    settings.write_text(_read_settings(neovim), encoding="utf-8")
    file.write_text("# epfilter: resource=orders\ngte( with_tax,5):eq(sta", encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own command
        [neovim, "--headless", "-u", str(settings), "-c", f"luafile {SCRIPT}", "-c", "cquit"],
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "FILE": str(file),
            "RESULT": str(result),
            "HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert result.exists(), done.stderr
    first = "# epfilter: resource=orders"
    assert json.loads(result.read_text(encoding="utf-8")) == {
        "omnifunc": True,
        "keys": ["gra", "K", "]d"],
        "codes": ["EPF108", "EPF107"],
        "completions": ["status"],
        "completed": [first, "gte( with_tax,5):eq(status,"],
        "actions": ["write `ge`", "apply the safe fix", "ignore EPF108 here"],
        "fixed": [first, "ge( with_tax,5):eq(status,complete)"],
        "formatted": [first, "ge(with_tax,5):eq(status,complete)"],
    }
    assert done.returncode == 0

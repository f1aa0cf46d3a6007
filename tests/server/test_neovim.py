"""The language server in Neovim, which is controlled by a script."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("data") / "neovim.lua"


@pytest.mark.slow
def test_neovim_shows_completes_fixes_and_formats(tmp_path: Path) -> None:
    neovim = shutil.which("nvim")
    if neovim is None:
        pytest.skip("there is no Neovim")
    file, result = tmp_path / "refunds.filter", tmp_path / "result.json"
    file.write_text("# epfilter: resource=orders\ngte( with_tax,5):eq(sta", encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own command
        [neovim, "--headless", "-u", "NONE", "-c", f"luafile {SCRIPT}"],
        env={
            **os.environ,
            "SERVER": json.dumps([sys.executable, "-m", "epfilter", "server"]),
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
        "codes": ["EPF108", "EPF107"],
        "completions": ["status"],
        "completed": [first, "gte( with_tax,5):eq(status,"],
        "actions": ["write `ge`", "apply the safe fix", "ignore EPF108 here"],
        "fixed": [first, "ge( with_tax,5):eq(status,complete)"],
        "formatted": [first, "ge(with_tax,5):eq(status,complete)"],
    }
    assert done.returncode == 0

"""The container file of the service: its steps work by hand, without a container engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from epfilter.cli.serve import serve_command

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STEPS = re.findall(r"(?m)^([A-Z]+) (.+)$", TEXT)


def arguments(instruction: str) -> list[str]:
    """Return what follows an instruction in each of its places."""
    return [rest for name, rest in STEPS if name == instruction]


def test_the_command_has_options_of_serve() -> None:
    (entry,) = arguments("ENTRYPOINT")
    command: list[str] = json.loads(entry)
    assert command[:2] == ["epfilter", "serve"]
    known = {name for parameter in serve_command.params for name in parameter.opts}
    assert {part for part in command if part.startswith("--")} <= known
    (port,) = arguments("EXPOSE")
    assert command[command.index("--port") + 1] == port
    (volume,) = map(json.loads, arguments("VOLUME"))
    assert [command[command.index("--state") + 1]] == volume == arguments("WORKDIR")[-1:]


def test_the_service_has_no_privileges() -> None:
    names = [name for name, _ in STEPS]
    assert int(arguments("USER")[0]) > 0
    assert names.index("USER") < names.index("ENTRYPOINT")


def test_the_health_check_is_a_program_of_python() -> None:
    (check,) = arguments("HEALTHCHECK")
    command: list[str] = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "check", "exec")
    assert "/readyz" in command[2]


def test_the_page_shows_how_to_build_it() -> None:
    page = (ROOT / "docs" / "pages" / "how-to" / "run-service.md").read_text(encoding="utf-8")
    command = re.findall(r"(?m)^#     (podman .*)$", TEXT)[0]
    assert command in page


@pytest.mark.wheel
def test_the_copied_files_are_enough_to_build_the_package(tmp_path: Path) -> None:
    for rest in arguments("COPY"):
        *sources, target = rest.split()
        for source in [] if sources[0].startswith("--from") else sources:
            if (ROOT / source).is_dir():
                shutil.copytree(
                    ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(ROOT / source, tmp_path / source)
    wheels = tmp_path / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(wheels), "."]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - pip
    assert len(list(wheels.glob("epfilter-*.whl"))) == 1

"""The diagrams are those that the code draws, and show every package and status."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from epfilter.exporter import JobStatus
from support.docs_scripts import load_script

DIAGRAMS = load_script("diagrams")
DRAWN: dict[str, str] = DIAGRAMS.draw_all()


@pytest.mark.parametrize("name", DRAWN)
def test_the_file_is_drawn_by_the_script(name: str) -> None:
    # After a change: python docs/diagrams.py
    assert (DIAGRAMS.ASSETS / name).read_text(encoding="utf-8") == DRAWN[name]


@pytest.mark.parametrize("name", DRAWN)
def test_every_text_is_inside_its_box(name: str) -> None:
    root = ET.fromstring(DRAWN[name])  # noqa: S314 - our own drawing
    namespace = "{http://www.w3.org/2000/svg}"
    width = float(root.attrib["width"])
    for text in root.iter(f"{namespace}text"):
        letter = 7.3 if text.attrib["class"] == "code" else 7
        assert float(text.attrib["x"]) + letter * len(text.text or "") <= width
    for box in root.iter(f"{namespace}rect"):
        bottom = float(box.attrib.get("y", 0)) + float(box.attrib["height"])
        assert bottom <= float(root.attrib["height"])


def test_every_package_is_drawn() -> None:
    folders = {
        path.parent.name for path in (DIAGRAMS.ROOT / "src" / "epfilter").glob("*/__init__.py")
    }
    internal = {"recovery"}
    assert set(DIAGRAMS.ABOUT) == folders - internal
    layers = [name for layer in DIAGRAMS.read_layers() for name in layer if name in DIAGRAMS.ABOUT]
    assert layers == list(DIAGRAMS.ABOUT)
    assert all(f">{name}</text>" in DRAWN["packages.svg"] for name in DIAGRAMS.ABOUT)


def test_every_status_is_drawn() -> None:
    assert all(f">{status.value}</text>" in DRAWN["job.svg"] for status in JobStatus)

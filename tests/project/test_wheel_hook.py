"""The build hook that adds the editor of the service's page to a wheel."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

import editor_build
import pytest
from editor_build import UnavailableError

from epfilter.exporter.service.page.asset_files import EDITOR

HOOK = Path(editor_build.__file__).with_name("wheel_hook.py")


class Builder:
    """The part of the build back end that the hook uses."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, message: str) -> None:
        self.warnings.append(message)


class Interface:
    """The interface of hooks of the build back end, which is not installed in the tests."""

    def __class_getitem__(cls, _: object) -> type[Interface]:
        return cls

    def __init__(self, app: Builder) -> None:
        self.app = app


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def hook(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> Any:
    interface = ModuleType("interface")
    interface.BuildHookInterface = Interface  # type: ignore[attr-defined] # a module for the test
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", interface)
    monkeypatch.syspath_prepend(HOOK.parent)
    monkeypatch.setattr(editor_build, "bundle", write_bundle)
    monkeypatch.setattr(editor_build, "read_licenses", lambda: "MIT")
    monkeypatch.delenv("EPFILTER_BUILD_EDITOR", raising=False)
    spec = importlib.util.spec_from_file_location("wheel_hook", HOOK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.EditorHook(builder)


def write_bundle(target: Path, *, dev: bool, **entries: str) -> None:
    assert not dev
    for name, source in entries.items():
        (target / f"{name}.js").write_text(source, encoding="utf-8")


def fail(*_: object, **__: object) -> None:
    raise UnavailableError("Node and npm are not installed")


def included(hook: Any, version: str = "standard") -> dict[str, str]:
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook.initialize(version, data)
    return {PurePath(target).name: source for source, target in data["force_include"].items()}


def test_a_wheel_gets_the_editor_and_its_licenses(hook: Any, builder: Builder) -> None:
    files = included(hook)
    assert files.keys() == {EDITOR, "epfilter-editor.LICENSES.txt"}
    assert Path(files[EDITOR]).read_text(encoding="utf-8") == "element.js"
    hook.finalize("standard", {}, "epfilter.whl")
    assert not Path(files[EDITOR]).exists()
    assert builder.warnings == []


def test_an_editable_installation_and_a_refused_build_have_none(
    hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor_build, "bundle", fail)
    assert included(hook, "editable") == {}
    monkeypatch.setenv("EPFILTER_BUILD_EDITOR", "0")
    assert included(hook) == {}
    hook.finalize("standard", {}, "epfilter.whl")


def test_without_node_a_wheel_has_no_editor_unless_it_is_required(
    hook: Any, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor_build, "bundle", fail)
    assert included(hook) == {}
    assert builder.warnings == ["The wheel has no editor: Node and npm are not installed."]
    monkeypatch.setenv("EPFILTER_BUILD_EDITOR", "1")
    with pytest.raises(UnavailableError):
        included(hook)

"""The table of public functions that take a filter; what is found in programs is in data/."""

from __future__ import annotations

import inspect
from importlib import import_module

from epfilter.linter.extractors.python_api import FUNCTIONS
from support.rows import for_each

PACKAGES = ("", ".analysis", ".english", ".exporter", ".linter", ".targets")
PARAMETERS = {
    f"epfilter{package}.{name}": [*inspect.signature(value).parameters.values()]
    for package in PACKAGES
    for name in import_module(f"epfilter{package}").__all__
    if inspect.isfunction(value := getattr(import_module(f"epfilter{package}"), name))
}


def takes_text(parameter: inspect.Parameter) -> bool:
    return "Filter | str" in str(parameter.annotation)


@for_each("name", [name for name in PARAMETERS if any(map(takes_text, PARAMETERS[name]))])
def test_every_public_function_that_takes_a_filter_is_known(name: str) -> None:
    positions = [i for i, parameter in enumerate(PARAMETERS[name]) if takes_text(parameter)]
    assert [*FUNCTIONS[name].filters] == positions
    resources = [i for i, each in enumerate(PARAMETERS[name]) if each.name == "resource"]
    if FUNCTIONS[name].resource is not None:
        assert [FUNCTIONS[name].resource] == resources

"""The commands that take filters; what is found in them is in data/."""

from __future__ import annotations

import pytest

from epfilter.linter.extractors import Endpoints, MappedText, RequestContext
from epfilter.linter.extractors.command_lines import add_command_filters
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.platform_commands import EPCC_PATHS
from support.counted_work import count_lines
from support.rows import for_each


@for_each("name", EPCC_PATHS)
def test_every_resource_of_the_command_line_is_a_listing(name: str) -> None:
    assert Endpoints().find_listings(RequestContext(EPCC_PATHS[name])).is_certain


@pytest.mark.parametrize(
    "once",
    [
        "epcc get a ",
        "epcc 'a ",
        "epcc \n",
        'epcc "',
        "epcc {{",
        "{{",
        "epcc \\\n",
        "epcc filter '\n",
    ],
)
def test_work_is_linear_in_the_size(once: str) -> None:
    def steps(times: int) -> int:
        text = MappedText.of_file("epcc get orders filter " + once * times)
        return count_lines(lambda: add_command_filters(text, Extraction(Endpoints())))

    assert steps(400) < 2.3 * steps(200)

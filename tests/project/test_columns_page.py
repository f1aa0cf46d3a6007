"""The page of the CSV columns lists all columns."""

from __future__ import annotations

import re

from epfilter.exporter.orders import CSV_COLUMNS
from support.docs_scripts import load_script


def test_the_page_lists_every_column_once_with_its_description() -> None:
    (page,) = load_script("column_page").build_pages().values()
    listed = re.findall(r"^\| `([^`]+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    columns = dict.fromkeys(column for columns in CSV_COLUMNS.values() for column in columns)
    assert sorted(listed) == sorted((one.name, one.kind, one.about) for one in columns)
    assert all("|" not in one.about for one in columns)

"""Benchmark of the language server: a filter is typed in a program of 2,000 lines in TypeScript."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.language_client import Editor

COMPLETION, DIAGNOSTICS = "completion after a key", "diagnostics after the last key"
LIMITS = {COMPLETION: 20, DIAGNOSTICS: 100}
"""The goals in milliseconds."""

NUMBER = 5
"""How often the filter is typed."""

PAUSE = 0.1
"""Seconds between two keys."""

TYPED = "eq(status,incomplete)"
_IMPORT = 'import { gateway } from "@moltin/sdk";\n\nasync function main() {\n'
_CODE = "  const total{0} = add(total{1}, {{ name: 'row {0}' }});"
_FETCH = "  const page{0} = await fetch(`${{BASE}}/v2/orders?filter=eq(payment,paid):{1}`);"
_SDK = "  const rows{0} = await EPCC.Orders.Filter({{ eq: {{ payment: 'paid' }} }}).All();"


def make_program(typed: str, lines: int = 2000, filters: int = 20) -> str:
    """Return a program with so many lines and filters; the one in the middle is `typed`."""
    every = lines // filters
    written: list[str] = []
    for number in range(lines - 4):
        position, rest = divmod(number, every)
        if rest != every // 2:
            written.append(_CODE.format(number, number - 1))
        elif position == filters // 2:
            written.append(_FETCH.format(number, typed))
        else:
            written.append((_SDK if position % 2 else _FETCH).format(number, "gt(with_tax,5)"))
    return _IMPORT + "\n".join(written) + "\n}\n"


def measure(number: int = NUMBER) -> dict[str, float]:
    """Return the seconds of an answer of `epfilter server`: medians."""
    return asyncio.run(_measure(number))


async def _measure(number: int) -> dict[str, float]:
    from support.language_client import connect  # its imports are slow

    completions: list[float] = []
    diagnostics: list[float] = []
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "epfilter", "server"]
        async with connect(Path(folder), command=command) as (editor, _):
            editor.open("shop.ts", make_program(""), "typescript")
            await editor.wait_for_diagnostics("shop.ts")
            for _ in range(number):
                completions += [
                    await _time_completion(editor, TYPED[:end]) for end in range(1, len(TYPED))
                ]
                diagnostics.append(await _time_diagnostics(editor, TYPED))
                await _time_diagnostics(editor, "")
    return {COMPLETION: median(completions), DIAGNOSTICS: median(diagnostics)}


async def _time_completion(editor: Editor, typed: str) -> float:
    from lsprotocol import types

    text = make_program(typed)
    before = text[: text.index(f":{typed}`") + 1 + len(typed)]
    position = types.Position(before.count("\n"), len(before) - before.rindex("\n") - 1)
    start = time.perf_counter()
    document = editor.open("shop.ts", text)
    found = await editor.client.text_document_completion_async(
        types.CompletionParams(document, position)
    )
    seconds = time.perf_counter() - start
    if not isinstance(found, types.CompletionList) or (typed.isalpha() and not found.items):
        raise RuntimeError(f"nothing completes {typed!r}")
    await asyncio.sleep(PAUSE)
    return seconds


async def _time_diagnostics(editor: Editor, typed: str) -> float:
    text = make_program(typed)
    start = time.perf_counter()
    editor.open("shop.ts", text)
    await editor.wait_for_diagnostics("shop.ts")
    return time.perf_counter() - start


if __name__ == "__main__":
    for what, seconds in measure().items():
        print(f"{what}: {1000 * seconds:.1f} ms (goal: {LIMITS[what]} ms)")  # noqa: T201 - a script

"""A coverage-guided fuzzer: `python tests/fuzz`, with the options of libFuzzer.

New inputs are kept in `.fuzz/`, in the current folder. An input that fails is written to `crash-…`:
reduce it with `-minimize_crash=1`, and add what is left to `corpus/`, where tests run it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).parent
TOKENS = (
    *(
        "eq(",
        "gte(",
        "in(",
        "like(",
        "is_null(",
        "contains_all(",
        ":",
        "|",
        "(",
        ")",
        ",",
        '"',
        "'",
    ),
    *("\\", "*", "a", "created_at", "2018-09-01", "true", "null", "1.5", "text\n", "text orders\n"),
    *(
        "a.json\n",
        "a.py\n",
        "a.ts\n",
        "a.md\n",
        "a.yaml\n",
        "a.http\n",
        "a.sh\n",
        "a.go\n",
        "a.filter\n",
    ),
    *('"filter": ', "filter=", "?filter=", "filter: >\n  ", "${", "}", "{{", "%28", "\\u0028", "`"),
    *("# epfilter: ignore", "+", ".join(", ".concat(", "f'", "```js\n"),
)

with atheris.instrument_imports(include=["epfilter"]):
    sys.path.insert(0, str(HERE.parent))
    from fuzz import checks

    # Modules that are imported when they are first used must be imported here, too.
    for example in sorted((HERE / "corpus").iterdir()):
        checks.check_input(example.read_bytes())


def run_input(content: bytes) -> None:
    """Check one input of the fuzzer, which need not be UTF-8."""
    checks.check_input(content.decode("utf-8", "replace").encode())


def main() -> None:
    """Run the fuzzer on the corpus and on the inputs that earlier runs found."""
    found = Path(".fuzz")
    found.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".dict", delete=False) as dictionary:
        for token in TOKENS:
            escaped = "".join(f"\\x{byte:02x}" for byte in token.encode())
            dictionary.write(f'"{escaped}"\n')
    options = [f"-dict={dictionary.name}", "-max_len=2000", "-timeout=20", *sys.argv[1:]]
    atheris.Setup([sys.argv[0], *options, str(found), str(HERE / "corpus")], run_input)
    atheris.Fuzz()


main()

"""The sdist, and the wheel built from it, installed in an environment without `src`.

These tests require a package index, so `pytest` does not run them by default: use `pytest -m wheel`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import editor_build
import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
FILTER = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel built from it."""
    folder = tmp_path_factory.mktemp("distributions")
    run(folder, sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    return folder


@pytest.fixture(scope="module")
def environment(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with only the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=True)
    (wheel,) = distributions.glob("*.whl")
    run(folder, str(folder / SCRIPTS / "python"), "-m", "pip", "install", str(wheel))
    return folder


def run(folder: Path, *command: str, **variables: str) -> str:
    """Run a command outside of the checkout, and return its output."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env={**clean, "PYTHONUTF8": "1", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(environment: Path, code: str) -> str:
    return run(environment, str(environment / SCRIPTS / "python"), "-I", "-c", code).strip()


def epfilter(environment: Path, *arguments: str) -> str:
    return run(environment, str(environment / SCRIPTS / "epfilter"), *arguments).strip()


def test_the_wheel_contains_the_grammar_the_type_marker_and_the_licence(
    distributions: Path,
) -> None:
    (path,) = distributions.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        grammar = wheel.read("epfilter/grammar/filter.lark")
    assert "epfilter/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "docs/")) or "vscode" in name for name in names)
    assert grammar == (ROOT / "grammar" / "filter.lark").read_bytes()


EDITOR = "epfilter/exporter/service/page/assets/epfilter-editor"


def test_a_wheel_contains_the_editor_where_node_can_build_it(
    distributions: Path, tmp_path: Path
) -> None:
    try:
        editor_build.install_packages(dev=False)
    except editor_build.UnavailableError as error:
        pytest.skip(str(error))
    (path,) = distributions.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        assert b"epfilter-editor" in wheel.read(f"{EDITOR}.js")
        assert b"Marijn Haverbeke" in wheel.read(f"{EDITOR}.LICENSES.txt")
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT))
    run(tmp_path, *command, EPFILTER_BUILD_EDITOR="0")
    (path,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        assert not [name for name in wheel.namelist() if name.startswith(EDITOR)]


def test_the_sdist_contains_tests_and_docs(distributions: Path) -> None:
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"grammar/filter.lark", "grammar/README.md", "tests/conftest.py", "docs/mkdocs.yml"}
    assert not any("node_modules" in name or name.endswith(".vsix") for name in names)
    assert wanted | {"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"} <= names


def test_the_installed_package_parses_without_the_checkout(environment: Path) -> None:
    path = python(environment, "import epfilter; print(epfilter.__file__)")
    assert Path(path).is_relative_to(environment)
    assert python(environment, f"import epfilter; print(epfilter.parse({FILTER!r}))") == FILTER


def test_the_installed_package_reports_an_error(environment: Path) -> None:
    code = (
        "from epfilter import parse_located; print(parse_located('gte(a,1)').diagnostics[0].code)"
    )
    assert python(environment, code) == "EPF108"


def test_the_installed_command_prints_its_version(environment: Path) -> None:
    version = python(
        environment, "from importlib.metadata import version as v; print(v('epfilter'))"
    )
    assert version in epfilter(environment, "--version")


def test_the_installed_command_prints_a_payload(environment: Path) -> None:
    payload = '{"data":{"type":"job","job_type":"order_export","filter":"' + FILTER + '"}}'
    assert epfilter(environment, "payload", FILTER) == payload


def test_installations_of_the_documentation_work(distributions: Path, tmp_path: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    for number, requirement in enumerate(
        [
            f"epfilter[testing] @ git+file://localhost{ROOT.as_posix()}",
            f"{ROOT}[testing]",
            f"{wheel}[testing]",
        ]
    ):
        folder = tmp_path / str(number)
        venv.create(folder, with_pip=True)
        interpreter = str(folder / SCRIPTS / "python")
        # Another test builds the editor, which takes npm some seconds.
        run(folder, interpreter, "-m", "pip", "install", requirement, EPFILTER_BUILD_EDITOR="0")
        assert python(folder, "import hypothesis, epfilter; print(epfilter.__version__)")
        # An extra is added to what is installed, wherever it came from.
        run(folder, interpreter, "-m", "pip", "install", "epfilter[client]")
        assert python(folder, "import httpx; print(1)") == "1"

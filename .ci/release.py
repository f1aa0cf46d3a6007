"""Make a release: set the version, date the changelog, commit and tag; or print its notes.

Run `python .ci/release.py make 0.1.0` on a clean checkout of main, then push what it prints. The
workflow `release.yml` tests, builds and publishes the tag.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION = ROOT / "src" / "epfilter" / "version.py"
CHANGELOG = ROOT / "CHANGELOG.md"

_UNRELEASED = "## [Unreleased]\n"
_ASSIGNMENT = re.compile(r'(?m)^__version__ = "(?P<version>[^"]*)"$')
_NUMBER = "(?:0|[1-9][0-9]*)"
_RELEASE = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:(?:a|b|rc){_NUMBER})?")
_PLAN = re.compile(r"(?m)^To be released as .*\n\n")


class ReleaseError(Exception):
    """A state of the repository from which no release can be made."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 with a message where no release can be made."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="commit and tag a version")
    make.add_argument("version", help="for example 0.1.0")
    notes = commands.add_parser("notes", help="print the notes of a version that is released")
    notes.add_argument("tag", help="for example v0.1.0")
    options = parser.parse_args(arguments)
    try:
        if options.command == "make":
            make_release(options.version)
        else:
            sys.stdout.write(read_notes(options.tag))
    except ReleaseError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


def make_release(version: str) -> None:
    """Set the version, date the changelog, commit both, and tag the commit."""
    if not _RELEASE.fullmatch(version):
        raise ReleaseError(f"{version} is not a version; write one such as 0.1.0.")
    tag = f"v{version}"
    if run_git("status", "--porcelain"):
        raise ReleaseError("there are changes that are not committed; commit them first.")
    if run_git("tag", "--list", tag):
        raise ReleaseError(f"the tag {tag} exists; choose the next version.")
    changelog = date_changelog(read(CHANGELOG), version, datetime.now(UTC).date().isoformat())
    code, count = _ASSIGNMENT.subn(f'__version__ = "{version}"', read(VERSION))
    if count != 1:
        raise ReleaseError(f"{VERSION.name} must assign __version__ once.")
    write(CHANGELOG, changelog)
    write(VERSION, code)
    run_git("commit", "--quiet", "--all", "--message", f"Release {version}")
    run_git("tag", "--annotate", tag, "--message", f"epfilter {version}")
    sys.stdout.write(f"Tagged {tag}. To publish it, run: git push origin HEAD {tag}\n")


def date_changelog(text: str, version: str, date: str) -> str:
    """Return the changelog with the unreleased changes as those of a version of this date."""
    if f"## [{version}]" in text:
        raise ReleaseError(f"the changelog has a section for {version}.")
    before, heading, rest = text.partition(_UNRELEASED)
    changes, next_heading, older = rest.partition("\n## [")
    if not heading or not re.search(r"(?m)^- ", changes):
        raise ReleaseError("the changelog has no unreleased changes.")
    changes = _PLAN.sub("", changes)
    return f"{before}{_UNRELEASED}\n## [{version}] - {date}\n{changes}{next_heading}{older}"


def read_notes(tag: str) -> str:
    """Return the changes of the version of a tag, which must be that of the package."""
    version = tag.removeprefix("v")
    assigned = _ASSIGNMENT.search(read(VERSION))
    if assigned is None or assigned["version"] != version or tag == version:
        raise ReleaseError(f"the tag {tag} is not v and the version in {VERSION.name}.")
    _, heading, rest = read(CHANGELOG).partition(f"\n## [{version}] - ")
    if not heading:
        raise ReleaseError(f"the changelog has no section for {version}.")
    changes = rest.partition("\n")[2].partition("\n## [")[0]
    return f"{changes.strip()}\n"


def run_git(*arguments: str) -> str:
    """Run git in the repository, and return its output."""
    done = subprocess.run(  # noqa: S603 - fixed commands
        ["git", *arguments],  # noqa: S607 - the git of the user
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Replace the text of a file, with the same line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())

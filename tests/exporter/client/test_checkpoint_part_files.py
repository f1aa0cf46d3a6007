"""The files of parts that an interrupted export keeps: unchanged, or downloaded again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest

from epfilter.exporter import DownloadError, SettingsError
from exporter.client.conftest import Opener
from exporter.client.doubles import (
    BASE,
    CSV,
    ID,
    WINDOW,
    Service,
    file_answer,
    ids,
    names,
    part,
    rest_answer,
)

FIRST, SECOND, THIRD = ids(0, 1, 2)
ROWS = [b"id,status\n%d,paid\n" % number for number in (1, 2, 3)]
WHOLE = b"id,status\n1,paid\n2,paid\n3,paid\n"


def part_path(folder: Path, job: object) -> Path:
    return folder / f"a.csv.export.{job}.part"


def interrupt_export(open_client: Opener, folder: Path) -> Service:
    """An export that has two of three parts."""
    service = Service(part(1), part(2), httpx.Response(500))
    with pytest.raises(DownloadError):
        open_client(service, attempts=1).call(
            "export", WINDOW, folder / "a.csv", split="month", resume=True
        )
    service.all = []
    return service


def test_the_checkpoint_has_the_size_and_hash_of_downloaded_files(
    open_client: Opener, tmp_path: Path
) -> None:
    interrupt_export(open_client, tmp_path)
    note = json.loads((tmp_path / "a.csv.export.json").read_text())
    assert note["files"] == {
        str(job): {"size": len(content), "sha256": sha256(content).hexdigest()}
        for job, content in zip((FIRST, SECOND), ROWS, strict=False)
    }


class OpaqueService(Service):
    """A service whose ids of jobs are texts that no name of a file can contain."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        segments = request.url.raw_path.decode().split("/")
        if len(segments) > 3 and segments[2] == "jobs":
            number = int(unquote(segments[3]).partition(":")[2])
            segments[3] = str(UUID(int=ID.int + number))
            request = httpx.Request(request.method, request.url.copy_with(path="/".join(segments)))
        response = super().__call__(request)
        if request.url.host != httpx.URL(BASE).host:
            return response
        text = re.sub(r'"id":"([0-9a-f-]{36})"', self._opaque_id, response.text)
        return httpx.Response(response.status_code, json=json.loads(text))

    @staticmethod
    def _opaque_id(match: re.Match[str]) -> str:
        return json.dumps({"id": f"../ä?:{UUID(match[1]).int - ID.int}"})[1:-1]


def test_an_export_with_opaque_ids_is_resumed_and_leaves_no_file(
    open_client: Opener, tmp_path: Path
) -> None:
    service = OpaqueService(part(1), part(2), httpx.Response(500), part(3))
    arguments = ("export", WINDOW, tmp_path / "a.csv")
    with pytest.raises(DownloadError):
        open_client(service, attempts=1).call(*arguments, split="month", resume=True)
    note = json.loads((tmp_path / "a.csv.export.json").read_text())
    assert note["jobs"] == ["../ä?:0", "../ä?:1", "../ä?:2"]
    assert note["files"].keys() == {"../ä?:0", "../ä?:1"}
    parts = [name for name in names(tmp_path) if name.endswith(".part")]
    assert len(parts) == 2
    open_client(service).call(*arguments, split="month", resume=True)
    assert (tmp_path / "a.csv").read_bytes() == WHOLE
    assert names(tmp_path) == ["a.csv"]
    assert len(service.created) == 3


@pytest.mark.parametrize(
    "first",
    [
        file_answer(sent=1000),
        file_answer(b"x" * 1000, sent=700, etag='"0"'),
        file_answer(sent=1000, error=httpx.ReadError("x")),
    ],
    ids=["cut", "changed", "broken"],
)
def test_the_hash_does_not_depend_on_the_number_of_attempts(
    open_client: Opener, tmp_path: Path, first: httpx.Response
) -> None:
    service = Service(first, rest_answer, httpx.Response(500))
    with pytest.raises(DownloadError):
        open_client(service, attempts=1).call(
            "export", WINDOW, tmp_path / "a.csv", split="month", resume=True
        )
    note = json.loads((tmp_path / "a.csv.export.json").read_text())
    content = part_path(tmp_path, FIRST).read_bytes()
    assert content == CSV
    assert note["files"] == {
        str(FIRST): {"size": len(CSV), "sha256": sha256(CSV).hexdigest()},
    }


def overwrite_with(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        overwrite_with(b""),
        overwrite_with(ROWS[1][:-3]),
        overwrite_with(ROWS[1] + b"4,paid\n"),
        overwrite_with(b"\x00\xff garbage"),
        overwrite_with(ROWS[1].replace(b"2", b"7")),
        Path.unlink,
    ],
    ids=["emptied", "cut", "longer", "garbage", "same size", "removed"],
)
def test_a_changed_part_is_downloaded_again(
    open_client: Opener, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    service = interrupt_export(open_client, tmp_path)
    damage(part_path(tmp_path, SECOND))
    service.answers = [part(2), part(3)]
    result = open_client(service).call(
        "export", WINDOW, tmp_path / "a.csv", split="month", resume=True
    )
    assert (tmp_path / "a.csv").read_bytes() == WHOLE
    assert service.all == [
        f"GET /v2/jobs/{SECOND}",
        f"GET /v2/jobs/{SECOND}/file",
        "GET /orders/1.csv?signature=SIGNED",
        f"GET /v2/jobs/{THIRD}",
        f"GET /v2/jobs/{THIRD}/file",
        "GET /orders/2.csv?signature=SIGNED",
    ]
    assert [exported_job.id for exported_job in result.jobs] == [FIRST, SECOND, THIRD]
    assert names(tmp_path) == ["a.csv"]


def test_a_damaged_part_whose_job_has_expired_is_exported_again(
    open_client: Opener, tmp_path: Path
) -> None:
    service = interrupt_export(open_client, tmp_path)
    part_path(tmp_path, SECOND).write_bytes(b"")
    service.statuses[1] = {"gone": True}
    service.answers = [part(2), httpx.Response(500)]
    with pytest.raises(DownloadError):
        open_client(service, attempts=1).call(
            "export", WINDOW, tmp_path / "a.csv", split="month", resume=True
        )
    note = json.loads((tmp_path / "a.csv.export.json").read_text())
    [fourth] = ids(3)
    assert note["jobs"] == [str(FIRST), str(fourth), str(THIRD)]
    assert [*note["files"]] == [str(FIRST), str(fourth)]
    service.answers, service.all = [part(3)], []
    open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert (tmp_path / "a.csv").read_bytes() == WHOLE
    assert "POST /v2/jobs" not in service.all
    assert names(tmp_path) == ["a.csv"]


def test_parts_of_a_checkpoint_without_hashes_are_downloaded_again(
    open_client: Opener, tmp_path: Path
) -> None:
    service = interrupt_export(open_client, tmp_path)
    note = tmp_path / "a.csv.export.json"
    old = json.loads(note.read_text())
    known = ("version", "region", "filter", "split", "jobs")
    note.write_text(json.dumps({name: old[name] for name in known}))
    part_path(tmp_path, FIRST).write_bytes(ROWS[0][:-3])
    service.answers = [part(1), part(2), part(3)]
    open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert (tmp_path / "a.csv").read_bytes() == WHOLE
    assert len([line for line in service.all if "/orders/" in line]) == 3
    assert "POST /v2/jobs" not in service.all
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        {"x": {"size": -1}},
        {str(FIRST): {"size": "x", "sha256": ""}},
        {str(FIRST): {"size": 1}},
        {str(FIRST): 5},
    ],
)
def test_a_checkpoint_with_invalid_files_is_an_error(
    open_client: Opener, tmp_path: Path, files: Any
) -> None:
    service = interrupt_export(open_client, tmp_path)
    note = tmp_path / "a.csv.export.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"files": files}))
    with pytest.raises(SettingsError, match="is not a checkpoint of an export"):
        open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert service.all == []


def test_a_folder_instead_of_a_part_is_an_error_with_its_path(
    open_client: Opener, tmp_path: Path
) -> None:
    service = interrupt_export(open_client, tmp_path)
    part_path(tmp_path, SECOND).unlink()
    part_path(tmp_path, SECOND).mkdir()
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert error_info.value.message == f"{part_path(tmp_path, SECOND)}: Is a directory."


def test_the_existing_file_of_a_single_job_is_not_downloaded_again(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1))

    def appear(_: httpx.Request) -> httpx.Response:
        target.write_bytes(b"precious")
        return part(1)

    service.answers = [appear]
    with pytest.raises(DownloadError):
        open_client(service).call("export", WINDOW, target, resume=True, replace=False)
    service.answers, service.all = [part(2)], []
    result = open_client(service).call("export", WINDOW, target, resume=True)
    assert service.all == []
    assert target.read_bytes() == ROWS[0]
    assert ([exported_job.id for exported_job in result.jobs], result.size, result.rows) == (
        [FIRST],
        len(ROWS[0]),
        1,
    )
    assert names(tmp_path) == ["a.csv"]

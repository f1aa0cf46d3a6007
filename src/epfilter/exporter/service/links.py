"""The links in answers: to a job, and the signed ones to its file."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from math import ceil
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection

FILES = "/files"
"""Where files are to be had, by signed links."""

JOBS = "/v2/jobs"
"""Where jobs are to be had."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LONGEST = 512
"""Characters of a signature that anybody looks at; ours have about 120."""


class Links:
    """Makes links, and reads the signed ones.

    A link to a file holds the ID of its job and the time it was made, signed with the key of the
    queue, so that every process on one queue reads the links of all. It works for `lifetime`, and
    no longer than there is such a job.

    >>> links = Links(b"key", lifetime=timedelta(hours=1))
    >>> link = links.file("http://127.0.0.1:8000", UUID(int=7))
    >>> links.signed(link.rpartition("/")[2])
    UUID('00000000-0000-0000-0000-000000000007')
    >>> links.signed("forged") is None
    True
    """

    def __init__(self, key: bytes, *, lifetime: timedelta) -> None:
        # Signatures know whole seconds.
        self._lifetime = ceil(lifetime.total_seconds())
        self._serializer = URLSafeTimedSerializer(
            key, salt="epfilter.exporter.file", signer_kwargs={"digest_method": sha256}
        )

    def file(self, base: str, job: UUID) -> str:
        """The link to the file of a job, signed now."""
        signed = self._serializer.dumps(str(job))
        return f"{base}{FILES}/{signed.decode() if isinstance(signed, bytes) else signed}"

    def signed(self, text: str) -> UUID | None:
        """The job that a signed text is about; None where it is forged or too old."""
        if len(text) > _LONGEST:
            return None
        try:
            return UUID(self._serializer.loads(text, max_age=self._lifetime))
        except BadSignature:
            return None


def job_link(base: str, job: UUID) -> str:
    """The link to a job.

    >>> job_link("https://useast.api.elasticpath.com", UUID("974c9db4-38da-4dbf-90c2-33eed5f3e77c"))
    'https://useast.api.elasticpath.com/v2/jobs/974c9db4-38da-4dbf-90c2-33eed5f3e77c'
    """
    return f"{base}{JOBS}/{job}"


def base_url(request: HTTPConnection, public_url: str | None) -> str:
    """What the links of an answer begin with: the public URL, else the address that was asked.

    A `Host` that is none gives the address of the server: nobody else's links are at stake, as
    no answer is kept, but no client may be given one that it cannot read.

    >>> base_url(HTTPConnection({"type": "http"}), "https://exports.example.com/")
    'https://exports.example.com'
    """
    if public_url is not None:
        return public_url.rstrip("/")
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = name if port is None else f"{name}:{port}"
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '').rstrip('/')}"

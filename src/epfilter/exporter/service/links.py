"""The links in responses: to a job, and signed ones to its file."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from math import ceil
from uuid import UUID

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import HTTPConnection

FILES_PATH = "/files"
"""The path of files, before the signed part."""

JOBS_PATH = "/v2/jobs"
"""The path of jobs."""

TOKEN_PATH = "/oauth/access_token"  # noqa: S105 - a path
"""The path of access tokens."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_MAX_SIGNATURE_LENGTH = 512
"""The most characters of a signature; a longer one is not verified. Ours have about 90."""


class Links:
    """A factory of links to files, which also verifies them.

    A link contains the ID of its job and its creation time, signed with the key of the queue, so
    that every process on the queue accepts it. It works for `lifetime`, and only while the job
    exists.

    >>> links = Links(b"key", lifetime=timedelta(hours=1))
    >>> link = links.file_link("http://127.0.0.1:8000", UUID(int=7))
    >>> links.verify(link.rpartition("/")[2])
    UUID('00000000-0000-0000-0000-000000000007')
    >>> links.verify("forged") is None
    True
    """

    def __init__(self, key: bytes, *, lifetime: timedelta) -> None:
        # Signatures contain whole seconds.
        self._lifetime = ceil(lifetime.total_seconds())
        # The key of this purpose is derived once, not for each of a hundred links in a list.
        self._signer = TimestampSigner(
            hmac.digest(key, b"epfilter.exporter.file", sha256),
            key_derivation="none",
            digest_method=sha256,
        )

    def file_link(self, base: str, job: UUID) -> str:
        """Return a link to the file of a job, signed now."""
        return f"{base}{FILES_PATH}/{self._signer.sign(str(job)).decode()}"

    def verify(self, text: str) -> UUID | None:
        """Return the job of a signed text; None if the text is forged or too old."""
        if len(text) > _MAX_SIGNATURE_LENGTH:
            return None
        try:
            return UUID(self._signer.unsign(text, max_age=self._lifetime).decode())
        except BadSignature:
            return None


def job_link(base: str, job_id: str) -> str:
    """Return the link to a job.

    >>> job_link("https://useast.api.elasticpath.com", "974c9db4-38da-4dbf-90c2-33eed5f3e77c")
    'https://useast.api.elasticpath.com/v2/jobs/974c9db4-38da-4dbf-90c2-33eed5f3e77c'
    """
    return f"{base}{JOBS_PATH}/{job_id}"


def base_url(request: HTTPConnection, public_url: str | None) -> str:
    """Return the beginning of the links in a response: the public URL, or the requested address.

    An invalid `Host` header gives the address of the server, so that the links stay valid URLs.
    Responses are not cached, so a client can change only its own links.

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

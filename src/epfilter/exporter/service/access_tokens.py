"""Access tokens for client credentials: signed and expiring, so none is stored."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from math import ceil

from itsdangerous import BadSignature, URLSafeTimedSerializer

from epfilter.exporter.service.responses import Refusal

GRANT_TYPE = "client_credentials"
"""The only grant type."""

_MAX_LENGTH = 512
"""The most characters of an access token; a longer one is not verified. Ours have about 100."""


class AccessTokens:
    """An issuer of access tokens for one client, which also verifies them.

    The tokens are signed with the key of the queue and the client secret: every process with both
    accepts them, and another secret revokes them. With a client ID of None, no token is issued.

    >>> tokens = AccessTokens(b"key", "shop", "a secret", lifetime=timedelta(hours=1))
    >>> form = {"client_id": ["shop"], "client_secret": ["a secret"]}
    >>> response = tokens.issue(form | {"grant_type": ["client_credentials"]})
    >>> response["token_type"], response["expires_in"], tokens.verify(response["access_token"])
    ('Bearer', 3600, True)
    >>> tokens.verify("forged")
    False
    """

    def __init__(
        self,
        key: bytes,
        client_id: str | None,
        client_secret: str | None,
        *,
        lifetime: timedelta,
    ) -> None:
        self._credentials = None
        # Signatures contain whole seconds.
        self._lifetime = ceil(lifetime.total_seconds())
        if client_id is None or client_secret is None:
            return
        self._credentials = _digest(client_id, client_secret)
        self._serializer = URLSafeTimedSerializer(
            hmac.digest(key, self._credentials, sha256),
            salt="epfilter.exporter.access_token",
            signer_kwargs={"digest_method": sha256},
        )

    def issue(self, form: Mapping[str, list[str]]) -> dict[str, str | int]:
        """Return the response to a form with the client credentials.

        Raises Refusal for a form that is incomplete, and for other credentials. Parameters that
        are not needed are ignored.

        Source: RFC 6749, 3.2 and 4.4; the platform's guide "Client Credential Token".
        """
        if _get_parameter(form, "grant_type") != GRANT_TYPE:
            raise Refusal(
                400, f"`grant_type` must be `{GRANT_TYPE}`; set the client secret in your client."
            )
        client_id = _get_parameter(form, "client_id")
        client_secret = _get_parameter(form, "client_secret")
        if self._credentials is None:
            raise Refusal(401, "This service has no client credentials; send its token instead.")
        if not hmac.compare_digest(_digest(client_id, client_secret), self._credentials):
            raise Refusal(401, "The client credentials are not those of this service.")
        signed = self._serializer.dumps(GRANT_TYPE)
        return {
            "access_token": signed.decode() if isinstance(signed, bytes) else signed,
            "expires": int(time.time()) + self._lifetime,
            "expires_in": self._lifetime,
            "identifier": GRANT_TYPE,
            "token_type": "Bearer",
        }

    def verify(self, text: str) -> bool:
        """Return whether a text is an access token that has not expired."""
        if self._credentials is None or len(text) > _MAX_LENGTH:
            return False
        try:
            self._serializer.loads(text, max_age=self._lifetime)
        except BadSignature:
            return False
        return True


def _get_parameter(form: Mapping[str, list[str]], name: str) -> str:
    values = form.get(name, [])
    if len(values) > 1:
        raise Refusal(400, f"The form has `{name}` twice.")
    if not values or not values[0]:
        raise Refusal(400, f"The form has no `{name}`.")
    return values[0]


def _digest(client_id: str, client_secret: str) -> bytes:
    # The length separates the two, so that no other pair has this digest.
    return sha256(
        f"{len(client_id)}:{client_id}{client_secret}".encode(errors="surrogatepass")
    ).digest()

"""The answers to messages that no handler can take."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

_logger = logging.getLogger(__name__)


class _Malformed(NamedTuple):
    """A request that does not have the form of its method."""

    id: int | str | None


class Protocol(LanguageServerProtocol):
    """The protocol of pygls, in which every request has a response, also one that is refused.

    Notifications that are refused have no effect.
    """

    exit_code = 0
    """The code with which the process ends: 1 after `exit` without `shutdown`."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return a message, or what `handle_message` refuses."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "id" in data and "method" in data:
                return _Malformed(data["id"])
            raise

    def handle_message(self, message: Any) -> None:
        """Call the handler of a message, or refuse the message."""
        error = self._find_error(message)
        if getattr(message, "method", "") == types.EXIT:
            self.exit_code = int(not self._shutdown)
        if error is None:
            super().handle_message(message)
        elif hasattr(message, "id"):
            self._send_response(message.id, error=error.to_response_error())
        else:
            _logger.debug("Ignoring %s: %s", message.method, error)

    def _find_error(self, message: Any) -> JsonRpcException | None:
        """Return why a message is refused; responses and `exit` never are."""
        if isinstance(message, _Malformed):
            return JsonRpcInvalidParams()
        method = getattr(message, "method", types.EXIT)
        if method == types.EXIT:
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("the session is shut down.")
        if self._workspace is None:
            is_first = method == types.INITIALIZE
            return None if is_first else JsonRpcServerNotInitialized("`initialize` comes first.")
        document = getattr(message.params, "text_document", None)
        return document and self._find_document_error(method, document.uri)

    def _find_document_error(self, method: str, uri: str) -> JsonRpcException | None:
        if not _is_valid(uri):
            return JsonRpcInvalidParams(f"`{uri}` is not a URI.")
        is_open = unquote(uri) in self.workspace.text_documents  # the keys of pygls
        if method == types.TEXT_DOCUMENT_DID_CHANGE and not is_open:
            return JsonRpcInvalidParams(f"`{uri}` is not open.")
        return None


def _is_valid(uri: str) -> bool:
    try:
        urlsplit(uri)
    except ValueError:
        return False
    return True

"""The emulator's HTTP endpoint: is it there, and what does it answer to an event."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

from lintimg.lazy import NamedTuple

_PATH = "/2015-03-31/functions/function/invocations"
_PAUSE = 0.02


class Answer(NamedTuple):
    """What came back: `status` is None when the connection ended without an answer. Milliseconds."""

    status: int | None
    body: bytes
    wall: float


def wait_until_ready(port: int, alive: Callable[[], bool], seconds: float) -> bool:
    """Whether the endpoint answers within `seconds`, asked again and again while `alive`.

    A path that the emulator does not know is asked: its 404 does not start the function.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _answers(port):
            return True
        if not alive():
            return False
        time.sleep(_PAUSE)
    return False


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ready")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def send(port: int, event: bytes, seconds: float) -> Answer:
    """The answer to `event`, waited for at most `seconds`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    start = time.monotonic()
    status, body = None, b""
    try:
        connection.request("POST", _PATH, event, {"Content-Type": "application/json"})
        response = connection.getresponse()
        status, body = response.status, response.read()
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()
    return Answer(status, body, (time.monotonic() - start) * 1000)

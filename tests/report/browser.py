"""A headless Chromium, spoken to by the WebDriver protocol."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_KEYS = {
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Tab": "\ue004",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}


class Browser:
    """One window; scripts run in its page."""

    def __init__(self, address: str, profile: Path, *, dark: bool) -> None:
        self._address = address
        flags = [*_FLAGS, f"--user-data-dir={profile}"]
        if dark:
            flags.append("--blink-settings=preferredColorScheme=0")
        wanted = {
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{made['sessionId']}"

    def open(self, page: Path, width: int = 1280, height: int = 900) -> None:
        """Loads the page in a window of that size."""
        self._ask("POST", f"{self._session}/window/rect", {"width": width, "height": height})
        self._ask("POST", f"{self._session}/url", {"url": page.as_uri()})
        # Two frames later the window has its size.
        script = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
        self._ask("POST", f"{self._session}/execute/async", {"script": script, "args": []})

    def run(self, script: str) -> Any:
        """What the script returns."""
        return self._ask("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        actions = [{"type": kind, "value": _KEYS[key]} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask(
            "POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]}
        )

    def complaints(self) -> list[str]:
        """What stands in the console since the last look."""
        entries = self._ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def close(self) -> None:
        """Ends the browser."""
        self._ask("DELETE", self._session)

    def _ask(self, method: str, path: str, data: object = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self._address}{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]


@contextmanager
def driver(program: str, folder: Path) -> Iterator[str]:
    """The address of a chromedriver that runs as long as the context."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [program, f"--port={port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "started successfully" in line:
                break
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            running.kill()

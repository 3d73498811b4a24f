"""HTTP to one repository of a registry: authentication, redirects, failures as sentences."""

from __future__ import annotations

import base64
import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lintimg.image.credentials import Credentials, find_credentials
from lintimg.image.document import LARGEST, parse_object, text
from lintimg.image.errors import ImageError

_PATIENCE = 60
"""Seconds that a registry may be silent."""
_AGENT = "lintimg"
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_LOCAL = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?\Z")


class Session:
    """Requests to a repository. Credentials never follow a redirect: blobs lie at other hosts."""

    def __init__(self, host: str, repository: str) -> None:
        """Like Docker speaks plain HTTP with this machine's own registries only."""
        scheme = "http" if _LOCAL.match(host) else "https"
        self._host = host
        self._repository = repository
        self._base = f"{scheme}://{host}/v2/{repository}/"
        self._authorization: str | None = None

    def close(self) -> None:
        """Forgets the credentials."""
        self._authorization = None

    def get_document(self, path: str, accept: str) -> tuple[bytes, str]:
        """A small document and its media type. Raises ImageError."""
        with self.open(path, accept) as response:
            try:
                data: bytes = response.read(LARGEST + 1)
            except (OSError, http.client.HTTPException) as error:
                raise self._silent(error) from error
            if len(data) > LARGEST:
                raise ImageError(f"{self._host} sent more than {LARGEST} bytes for {path}")
            return data, response.headers.get_content_type()

    @contextmanager
    def open(self, path: str, accept: str) -> Iterator[Any]:
        """The response to a GET of `path` in the repository. Raises ImageError."""
        try:
            response = self._get(path, accept)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._silent(error) from error
        with response:
            try:
                yield response
            except (TimeoutError, http.client.HTTPException, ConnectionError) as error:
                raise self._silent(error) from error

    def _get(self, path: str, accept: str) -> Any:
        url = self._base + path
        try:
            return _request(url, accept, self._authorization)
        except urllib.error.HTTPError as error:
            if error.code != 401 or self._authorization is not None:
                raise
            self._authorization = self._authorize(error.headers.get("WWW-Authenticate", ""))
            if self._authorization is None:
                raise
            error.close()
        return _request(url, accept, self._authorization)

    def _authorize(self, challenge: str) -> str | None:
        """The Authorization header that answers `challenge`."""
        kind, _, rest = challenge.partition(" ")
        credentials = find_credentials(self._host)
        if kind.lower() == "basic":
            return None if credentials is None else _basic(credentials)
        if kind.lower() != "bearer":
            return None
        parameters = dict(_CHALLENGE.findall(rest))
        realm = parameters.get("realm", "")
        if urllib.parse.urlsplit(realm).scheme not in ("https", "http") or (
            self._base.startswith("https:") and not realm.startswith("https:")
        ):
            raise ImageError(f"{self._host} wants a token from {realm[:100]!r}, which is no safe address")
        scope = parameters.get("scope") or f"repository:{self._repository}:pull"
        query = {"service": parameters.get("service", ""), "scope": scope}
        token = _token(realm, query, credentials)
        return f"Bearer {token}" if token else None

    def _refused(self, error: urllib.error.HTTPError) -> ImageError:
        if error.code in (401, 403):
            how = f"docker login {self._host}"
            if ".dkr.ecr." in self._host:
                how = (
                    f"aws ecr get-login-password | docker login --username AWS --password-stdin {self._host}"
                )
            return ImageError(f"{self._host} refuses access to {self._repository}: {how}")
        if error.code == 404:
            return ImageError(f"{self._host} has no such image or layer in {self._repository}")
        if error.code == 429:
            return ImageError(f"{self._host} wants fewer requests: try again later or log in")
        return ImageError(f"{self._host} answers with status {error.code}")

    def _silent(self, error: Exception) -> ImageError:
        reason = getattr(error, "reason", None) or error
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return ImageError(
            f"{self._host} cannot be read ({why}): look at the host in the name, and at the network"
        )


def _request(url: str, accept: str, authorization: str | None) -> Any:
    request = urllib.request.Request(url, headers={"Accept": accept, "User-Agent": _AGENT})  # noqa: S310 - http(s)
    if authorization is not None:
        request.add_unredirected_header("Authorization", authorization)
    return urllib.request.urlopen(request, timeout=_PATIENCE)  # noqa: S310


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.user}:{credentials.password}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _token(realm: str, query: dict[str, str], credentials: Credentials | None) -> str:
    if credentials is not None and credentials.token:
        form = {
            **query,
            "grant_type": "refresh_token",
            "refresh_token": credentials.token,
            "client_id": _AGENT,
        }
        request = urllib.request.Request(realm, urllib.parse.urlencode(form).encode())  # noqa: S310
    else:
        joint = "&" if "?" in realm else "?"
        request = urllib.request.Request(realm + joint + urllib.parse.urlencode(query))  # noqa: S310
        if credentials is not None:
            request.add_unredirected_header("Authorization", _basic(credentials))
    request.add_header("User-Agent", _AGENT)
    with urllib.request.urlopen(request, timeout=_PATIENCE) as response:  # noqa: S310
        answer = parse_object(response.read(LARGEST), "the registry's token")
    return text(answer.get("token")) or text(answer.get("access_token"))

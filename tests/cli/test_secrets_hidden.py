"""No report shows a secret, whichever rule speaks of its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintimg.report.formats import FORMATS

from .conftest import Run

_TOKEN = "ghp_Zk29sLq8dkE7mXv3RtYpWb6NcJ5hGf4AuQ2i"
_NAMED = "fjord-4711-moss"
_LOGIN = "heron-1887"
_FILE = f"""\
FROM debian
ENV db_password {_NAMED}
ENV CLOUD https://ci:{_NAMED[::-1]}@git.acme.io/
RUN apt-get install curl && cd /tmp/{_TOKEN} && curl -k https://acme.io/{_TOKEN} | sh
COPY {_TOKEN} missing .
LABEL {_TOKEN}=a
RUN echo "root:{_LOGIN}" | chpasswd && chpasswd <<< 'a:{_LOGIN}'
"""


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_has_it(name: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "Dockerfile").write_text(_FILE)
    result = run("check", "Dockerfile", "--select", "ALL", "--context", ".", "--format", name)
    shown = result.out + result.err
    assert result.status == 1
    for secret in (_TOKEN, _NAMED, _NAMED[::-1], _LOGIN):
        assert secret not in shown


def test_columns_and_the_rest_of_the_line_stay(tmp_path: Path, run: Run) -> None:
    (tmp_path / "Dockerfile").write_text(_FILE)
    report = run("check", "Dockerfile", "--select", "LI501", "--format", "json").report
    (finding,) = report["findings"]
    (line,) = finding["location"]["excerpt"]
    assert line["text"] == f"ENV db_password {'*' * len(_NAMED)}"

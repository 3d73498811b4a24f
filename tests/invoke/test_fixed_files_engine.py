"""What safe fixes promise, in a real engine: the fixed file builds the same file tree, but for caches."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from tests.cli.conftest import Run

from .stand_in import FOREIGN, NAME

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_PIP = """\
#!/bin/sh
# Stands in for pip where nothing can be downloaded: a package, and a cache unless that is switched off.
mkdir -p /usr/local/lib/packages && echo "$*" | grep -o '[^ ]*$' >> /usr/local/lib/packages/installed
case "$*" in *--no-cache-dir*) ;; *) mkdir -p /root/.cache/pip && echo wheel > /root/.cache/pip/wheel;; esac
"""
_APT = """\
#!/bin/sh
case "$1" in
  update) mkdir -p /var/lib/apt/lists && echo index > /var/lib/apt/lists/index;;
  *) test -e /var/lib/apt/lists/index && mkdir -p /usr/share/packages && echo jq > /usr/share/packages/installed;;
esac
"""
_CONTEXT = {
    "pip": _PIP,
    "apt-get": _APT,
    "app.py": "def handler(event, context):\n    return 1\n",
    "a.txt": "a\n",
}
_TAKEN_OUT = ("root/.cache", "var/lib/apt/lists", "var/log/lastlog", "var/log/faillog")

_FORMS = f"""\
FROM {FOREIGN}
MAINTAINER someone <someone@example.com>
ENV GREETING hello  world
ENV PATH $PATH:/opt/tools
LABEL purpose a test
WORKDIR /srv
WORKDIR app
ADD a.txt app.py ./
RUN echo "$GREETING" > greeting && \\

    echo "$PATH" > path
EXPOSE 80/TCP
CMD python3 --version
CMD python3 app.py
"""
_PACKAGES = f"""\
FROM {FOREIGN}
COPY pip apt-get /usr/local/bin/
RUN apt-get update
RUN apt-get install jq
RUN pip install boto3 && \\
    pip install requests
COPY app.py /srv/
CMD ["python3", "/srv/app.py"]
"""
_FUNCTION = f"""\
FROM {NAME}
COPY pip /usr/local/bin/
ENV LD_LIBRARY_PATH=/opt/more/lib
RUN pip install boto3
ADD app.py ${{LAMBDA_TASK_ROOT}}/
CMD app.handler
"""
_STAGES = f"""\
FROM {FOREIGN} as Build
COPY pip /usr/local/bin/
RUN pip install boto3
run useradd --uid 2000000000 someone
FROM {FOREIGN}
copy --from=Build /usr/local/lib/packages /srv/packages
COPY --from=Build /etc/passwd /srv/
RUN useradd --uid 2000000000 --create-home someone
USER someone
"""


@pytest.mark.parametrize(
    "dockerfile", [_FORMS, _PACKAGES, _FUNCTION, _STAGES], ids=["forms", "packages", "function", "stages"]
)
def test_a_fixed_file_builds_the_same_tree(
    client: DockerClient, run: Run, tmp_path: Path, dockerfile: str, request: pytest.FixtureRequest
) -> None:
    for name, text in _CONTEXT.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    file = tmp_path / "Dockerfile"
    file.write_text(dockerfile)
    before = _built(client, tmp_path, f"before-{request.node.callspec.id}")
    result = run("check", "--select", "ALL", "--fix", "--exit-zero", "Dockerfile")
    assert result.status == 0, result.err
    assert file.read_text() != dockerfile
    after = _built(client, tmp_path, f"after-{request.node.callspec.id}")

    assert after.keys() <= before.keys()
    assert [path for path in before.keys() - after.keys() if not path.startswith(_TAKEN_OUT)] == []
    assert {
        path: (entry, after[path]) for path, entry in before.items() if after.get(path, entry) != entry
    } == {}


def _built(client: DockerClient, context: Path, tag: str) -> dict[str, Any]:
    """Type, mode, owner, link and contents of each file of the image that `context` builds, by path."""
    client.images.build(path=str(context), tag=tag, rm=True, network_mode="none")
    container = client.api.create_container(tag, command="none")
    try:
        data = io.BytesIO(b"".join(client.api.export(container["Id"])))
    finally:
        client.api.remove_container(container["Id"])
    entries: dict[str, Any] = {}
    with tarfile.open(fileobj=data, encoding="utf-8") as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isfile() else None
            contents = hashlib.sha256(stream.read()).hexdigest() if stream is not None else None
            entries[info.name] = (info.type, info.mode, info.uid, info.gid, info.linkname, contents)
    return entries

"""Removals that come a layer too late (LI403) and build tools that stay (LI401)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.helpers import lint_text

BASE = "public.ecr.aws/lambda/python:3.12"


def _late(lines: list[str], context: Path | None = None) -> list[int]:
    text = f"FROM {BASE}\n" + "\n".join(lines) + "\n"
    result = lint_text(text, selected=["LI403"], context=context)
    assert not result.errors
    return [finding.location.region.start.line for finding in result.findings]


@pytest.mark.parametrize(
    ("made", "removed"),
    [
        ("RUN curl -o /tmp/a.zip https://example.com/a.zip", "RUN rm /tmp/a.zip"),
        ("RUN cd /tmp && curl -fsSLO https://example.com/a.zip?x=1", "RUN rm -f /tmp/a.zip"),
        ("RUN curl -L https://example.com/x > /tmp/a.tar.gz", "RUN rm -rf /tmp/*"),
        ("RUN wget -q https://example.com/a.tar.gz", "RUN rm a.tar.gz"),
        ("RUN wget -qO /tmp/a.deb https://example.com/x", "RUN dpkg -i /tmp/a.deb && rm /tmp/a.deb"),
        ("RUN wget -P /tmp https://example.com/a.rpm", "RUN rm -rf /tmp/a.rpm"),
        ("RUN git clone --depth 1 https://example.com/tool.git", "RUN rm -rf tool"),
        ("RUN git clone https://example.com/tool.git /src/tool", "RUN rm -rf /src"),
        ("RUN unzip a.zip -d /tmp/a", "RUN cd /tmp && rm -rf a"),
        ("RUN tar -xzf a-1.2.tar.gz", "RUN rm -rf a-1.2"),
        ("RUN aws s3 cp s3://bucket/m.tar.gz /opt/m.tar.gz", "RUN rm /opt/m.tar.gz"),
        ("COPY tool.zip /tmp/", "RUN unzip /tmp/tool.zip && rm /tmp/tool.zip"),
        ("COPY src/ /tmp/src/", "RUN make -C /tmp/src install && rm -rf /tmp/src"),
        ("ADD https://example.com/a.tar.gz /tmp/a.tar.gz", "RUN rm /tmp/a.tar.gz"),
        ("RUN dnf install -y gcc && dnf clean all", "RUN dnf remove -y gcc"),
        ("RUN yum install -y gcc && yum clean all", "RUN dnf -y autoremove gcc"),
        ("RUN apt-get install -y build-essential", "RUN apt-get purge -y --auto-remove build-essential"),
        ("RUN apk add --no-cache --virtual .deps gcc", "RUN apk del .deps"),
        ("RUN pip install --no-cache-dir torch==2.8.0", "RUN pip uninstall -y torch"),
        ("RUN pip install requests", "RUN rm -rf /root/.cache"),
        ("RUN pip install requests", "RUN pip cache purge"),
        ("RUN dnf install -y tar", "RUN dnf clean all && rm -rf /var/cache/dnf"),
        ("RUN apt-get update && apt-get install -y tar", "RUN rm -rf /var/lib/apt/lists/*"),
        ("RUN npm ci", "RUN npm cache clean --force"),
        ("RUN npm ci", "RUN npm prune --omit=dev"),
        ("RUN npm ci --omit=dev", "RUN rm -rf node_modules"),
        ("RUN pip install --no-cache-dir -t /deps requests", "RUN find /deps -name tests -exec rm -rf {} +"),
        ("RUN pip install --no-cache-dir x==1", "RUN rm -rf /var/lang/lib/python3.12/site-packages/x/tests"),
    ],
)
def test_removing_in_a_later_layer_frees_nothing(made: str, removed: str) -> None:
    assert _late([made, removed]) == [3]
    assert _late([made, "ENV A=1", removed]) == [4]


@pytest.mark.parametrize(
    "lines",
    [
        ["RUN curl -o /tmp/a.zip https://example.com/a.zip && rm /tmp/a.zip", "RUN rm -rf /tmp/*"],
        [
            "RUN curl -o /tmp/a.zip https://example.com/a.zip && mv /tmp/a.zip /opt/b.zip",
            "RUN rm -f /tmp/a.zip",
        ],
        ["RUN curl -sSL https://example.com/a.tar.gz | tar xz -C /opt", "RUN rm -rf /tmp/*"],
        ["RUN curl -o /tmp/key.asc https://example.com/key.asc", "RUN rm /tmp/key.asc"],
        ["RUN wget -O - https://example.com/a.sh | sh", "RUN rm -rf /tmp/x"],
        [
            "COPY requirements.txt ./",
            "RUN pip install --no-cache-dir -r requirements.txt && rm requirements.txt",
        ],
        ["COPY install.sh /tmp/", "RUN sh /tmp/install.sh && rm /tmp/install.sh"],
        ["RUN dnf install -y gcc && dnf remove -y gcc && dnf clean all"],
        [
            "RUN dnf install -y gcc && dnf clean all",
            "RUN dnf install -y make && dnf remove -y make && dnf clean all",
        ],
        ["RUN dnf install -y gcc && dnf clean all", "RUN dnf clean all"],
        ["RUN dnf install -y gcc", "RUN dnf install -y make && dnf clean all"],
        ["RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev", "RUN npm cache clean --force"],
        ["RUN npm ci --omit=dev && npm cache clean --force", "RUN npm prune --omit=dev"],
        ["ENV NODE_ENV=production", "RUN npm ci && npm cache clean --force", "RUN npm prune"],
        ["RUN yum remove -y perl"],
        ["RUN rm -rf /var/lang/lib/python3.12/site-packages/boto3"],
        ["RUN mkdir /tmp/x", "RUN rmdir /tmp/x"],
        ["RUN apt-get purge -y something", "RUN apt-get autoremove -y && apt-get clean"],
    ],
)
def test_removals_that_are_right_or_not_worth_a_word(lines: list[str]) -> None:
    assert _late(lines) == []


def test_copied_files_count_by_their_size(tmp_path: Path) -> None:
    (tmp_path / "big.dat").write_bytes(bytes(2_000_000))
    (tmp_path / "small.zip").write_bytes(b"x")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "data.bin").write_bytes(bytes(3_000_000))
    lines = ["COPY big.dat small.zip /tmp/", "COPY . /src/", "RUN rm /tmp/big.dat", "RUN rm /tmp/small.zip"]
    assert _late([*lines, "RUN rm -rf /src/tests /src/other"], tmp_path) == [4, 6]


def test_stages_that_are_not_shipped_do_not_count() -> None:
    text = (
        f"FROM {BASE} AS build\nRUN curl -o /a.zip https://example.com/a.zip\nRUN rm /a.zip\n"
        f"FROM {BASE}\nCOPY --from=build /b /b\n"
    )
    assert not lint_text(text, selected=["LI403"]).findings


def _tools(run: str, base: str = BASE) -> list[tuple[str, str]]:
    text = f'FROM {base}\nRUN {run}\nCMD ["app.handler"]\n'
    result = lint_text(text, selected=["LI401"])
    assert not result.errors
    return [(finding.severity, str(finding.details["packages"])) for finding in result.findings]


@pytest.mark.parametrize(
    ("run", "severity"),
    [
        ("dnf install -y gcc", "warning"),
        ("yum -y install gcc72-c++ make", "warning"),
        ('yum groupinstall -y "Development Tools"', "warning"),
        ("apt-get install -y --no-install-recommends g++ make cmake unzip libcurl4-openssl-dev", "warning"),
        ("apk add --no-cache build-base libtool autoconf automake", "warning"),
        ("dnf install -y golang", "warning"),
        ("yum install -y java-11-amazon-corretto-devel", "warning"),
        ("apt-get install -y openjdk-17-jdk-headless maven", "warning"),
        ("dnf install -y gcc && pip install x && dnf remove -y make", "warning"),
        ("curl https://sh.rustup.rs -sSf | sh -s -- -y", "warning"),
        ("dnf install -y libffi-devel", "info"),
        ("apt-get install -y libpq-dev", "info"),
    ],
)
def test_build_tools_stay(run: str, severity: str) -> None:
    assert [found for found, _ in _tools(run)] == [severity]


@pytest.mark.parametrize(
    "run",
    [
        "dnf install -y gcc && pip install x && dnf remove -y gcc && dnf clean all",
        "apk add --virtual .d gcc musl-dev && pip install x && apk del .d",
        "apt-get install -y gcc && pip install x && apt-get purge -y --auto-remove gcc",
        "apt-get install -y $DEPS && make && apt-get purge -y $DEPS",
        "dnf install -y libxml2 tar gzip git findutils",
        "yum install -y java-17-amazon-corretto-headless",
        "apt-get install -y openjdk-17-jre-headless libgomp1 software-properties-common",
        "pip install cmake ninja",
        "npm install -g typescript@5",
        "echo gcc make",
    ],
)
def test_no_build_tools_stay(run: str) -> None:
    assert _tools(run) == []

"""Each way a function fails, in a real engine with AWS's emulator and runtime client: verdict, cause, rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Lambda, Make
from .stand_in import FOREIGN

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_GOOD = "def handler(event, context):\n    return {'got': event}\n"
_HOME = "import os\ndef handler(event, context):\n    os.makedirs(os.path.expanduser('~/.cache/model'))\n"
_TMP = """\
def handler(event, context):
    with open('/tmp/data', 'wb') as file:
        for _ in range(64):
            file.write(b'x' * 1_000_000)
"""
_HOG = "def handler(event, context):\n    return len([b'x' * (1_000_000 + i) for i in range(600)])\n"
_SERVER = """\
from http.server import BaseHTTPRequestHandler, HTTPServer
print('Serving on port 8080', flush=True)
HTTPServer(('0.0.0.0', 8080), BaseHTTPRequestHandler).serve_forever()
"""


def test_a_good_function(judged: Make) -> None:
    report = judged(_GOOD, "--event", '{"a": 1}', "--repeat", "3", "--expect-json", "got.a=1")
    assert (report["verdict"], report["cause"], report["exit_status"]) == ("ok", None, 0)
    assert [entry["response"] for entry in report["invocations"]] == ['{"got": {"a": 1}}'] * 3
    assert report["init_ms"] > 0
    assert report["following_ms"]["minimum"] <= report["following_ms"]["maximum"]
    assert report["peak_memory_bytes"] > 1_000_000


def test_a_handler_module_that_is_not_there(judged: Make) -> None:
    report = judged(_GOOD, end='CMD ["main.handler"]')
    assert (report["verdict"], report["cause"]["rule"]) == ("init-error", "LI216")
    assert "main" in report["cause"]["message"]


def test_a_function_that_is_not_in_the_module(judged: Make) -> None:
    report = judged(_GOOD, end='CMD ["app.main"]')
    assert (report["verdict"], report["cause"]["rule"]) == ("init-error", "LI217")


def test_cmd_in_shell_form(judged: Make) -> None:
    report = judged(_GOOD, end="CMD app.handler")
    assert (report["verdict"], report["cause"]["rule"]) == ("entry-point-error", "LI201")


def test_more_than_one_argument(judged: Make) -> None:
    report = judged(_GOOD, end='CMD ["python3", "app.py"]')
    assert (report["verdict"], report["cause"]["rule"]) == ("entry-point-error", "LI204")


def test_a_file_that_only_its_owner_may_read(judged: Make) -> None:
    report = judged(_GOOD, modes={"app.py": 0o600})
    assert (report["verdict"], report["cause"]["rule"]) == ("init-error", "LI224")
    assert "/var/task/app.py" in report["cause"]["message"]
    assert report["difference"]["verdict"] == "ok"


def test_writing_to_home(judged: Make) -> None:
    report = judged(_HOME)
    assert (report["verdict"], report["cause"]["rule"]) == ("handler-error", "LI225")
    assert report["difference"]["verdict"] == "ok"
    assert "fails as Lambda runs it" in report["difference"]["message"]


def test_tmp_has_its_size(judged: Make) -> None:
    report = judged(_TMP, "--tmp-size", "32")
    assert (report["verdict"], report["cause"]["message"]) == ("handler-error", "/tmp is full.")


def test_tmp_counts_not_as_memory(judged: Make) -> None:
    assert judged(_TMP + "    return 'ok'\n", "--tmp-size", "512")["verdict"] == "ok"


def test_a_handler_that_raises(judged: Make) -> None:
    report = judged("def handler(event, context):\n    raise ValueError('no such order')\n")
    assert (report["verdict"], report["cause"]["evidence"]) == ("handler-error", "ValueError: no such order")
    assert any("no such order" in line for line in report["log"])


def test_an_answer_that_speaks_of_errors_is_an_answer(judged: Make) -> None:
    assert judged("def handler(event, context):\n    return {'errorMessage': 'none'}\n")["verdict"] == "ok"


def test_a_handler_that_outlasts_its_time(judged: Make) -> None:
    report = judged("import time\ndef handler(event, context):\n    time.sleep(30)\n", "--timeout", "1")
    assert report["verdict"] == "timeout"


def test_a_memory_hog(judged: Make) -> None:
    report = judged(_HOG, "--memory", "150", "--tmp-size", "64", "--timeout", "10")
    assert report["verdict"] == "out-of-memory"
    assert report["peak_memory_bytes"] == 150 * 1024 * 1024


def test_an_entry_script_with_windows_line_ends(judged: Make) -> None:
    script = '#!/bin/sh\r\nexec /lambda-entrypoint.sh "$@"\r\n'
    end = 'ENTRYPOINT ["/var/task/entry.sh"]\nCMD ["app.handler"]'
    report = judged(_GOOD, end=end, modes={"entry.sh": 0o755}, entry__sh=script)
    assert (report["verdict"], report["cause"]["rule"]) == ("entry-point-error", "LI218")


def test_an_entry_script_that_is_not_executable(judged: Make) -> None:
    end = 'ENTRYPOINT ["/var/task/entry.sh"]\nCMD ["app.handler"]'
    report = judged(_GOOD, end=end, entry__sh='#!/bin/sh\nexec /lambda-entrypoint.sh "$@"\n')
    assert (report["verdict"], report["cause"]["rule"]) == ("entry-point-error", "LI218")


def test_a_foreign_base_with_a_runtime_client(function: Lambda) -> None:
    dockerfile = (
        "FROM public.ecr.aws/lambda/python:3.11 AS aws\nFROM python:3.11\nCOPY --from=aws /var/runtime /client\n"
        "ENV PYTHONPATH=/client\nWORKDIR /function\nCOPY app.py ./\n"
        'ENTRYPOINT ["/usr/bin/python3", "-m", "awslambdaric"]\nCMD ["app.handler"]\n'
    )
    report = function.invoke(function.build(dockerfile, {"app.py": _GOOD}, {}), "--event", "[1]")
    assert (report["verdict"], json.loads(report["invocations"][0]["response"])) == ("ok", {"got": [1]})


def test_a_foreign_base_without_a_runtime_client(judged: Make) -> None:
    report = judged("print('done')\n", base=FOREIGN, end='CMD ["/usr/bin/python3", "/app.py"]')
    assert (report["verdict"], report["cause"]["rule"]) == ("init-error", "LI102")


def test_a_handler_as_the_program_of_a_foreign_base(judged: Make) -> None:
    report = judged(_GOOD, base=FOREIGN)
    assert (report["verdict"], report["cause"]["rule"]) == ("entry-point-error", "LI102")


def test_a_web_server_without_adapter(judged: Make) -> None:
    report = judged(_SERVER, "--timeout", "1", base=FOREIGN, end='CMD ["/usr/bin/python3", "/app.py"]')
    assert (report["verdict"], report["cause"]["rule"]) == ("timeout", "LI102")
    assert "web server" in report["cause"]["message"]


def test_overrides_as_imageconfig_has_them(judged: Make) -> None:
    other = "def run(event, context):\n    import os\n    return [os.environ['STAGE'], os.getcwd()]\n"
    arguments = ["--handler", "app.run", "--env", "STAGE=test", "--workdir", "/tmp"]
    report = judged(other, *arguments, end='ENV PYTHONPATH=/var/task\nCMD ["app.none"]')
    assert json.loads(report["invocations"][0]["response"]) == ["test", "/tmp"]


def test_a_person_sees_cause_line_and_remedy(function: Lambda, tmp_path: Path) -> None:
    dockerfile = "FROM public.ecr.aws/lambda/python:3.11\nCOPY app.py ./\nCMD app.handler\n"
    image = function.build(dockerfile, {"app.py": _GOOD}, {})
    result = function.text(image, "--dockerfile", "context/Dockerfile")
    assert result.status == 1
    for text in ("entry point error", "line    3", "lintimg explain LI201", "entrypoint requires"):
        assert text in result.out


def test_expectations_that_are_not_met(judged: Make) -> None:
    report = judged(_GOOD, "--expect-json", "got.a=1", "--max-init", "0")
    assert (report["verdict"], report["exit_status"]) == ("ok", 1)
    assert len(report["failed_expectations"]) == 2


def test_an_image_that_is_not_there(function: Lambda) -> None:
    result = function.text("no/such:image")
    assert (result.status, result.out) == (2, "")
    assert "no such image" in result.err


def test_an_emulator_that_is_not_there(
    function: Lambda, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LINTIMG_RIE")
    monkeypatch.setenv("HOME", str(tmp_path))
    result = function.text(FOREIGN)
    assert result.status == 2
    assert "--rie" in result.err

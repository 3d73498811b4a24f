"""Workflow commands of GitHub Actions: annotations on the lines of a pull request.

Source: actions/toolkit, packages/core/src/command.ts (escapes) and docs/problem-matchers.md (a step shows ten
annotations of each kind). What goes beyond that is printed as plain lines for the log.
"""

from __future__ import annotations

from lintimg.model.finding import SEVERITIES, Finding
from lintimg.model.report import Report
from lintimg.report.columns import last_line, whole_lines
from lintimg.report.phrases import problem_text, saving_text
from lintimg.text import printable

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_SHOWN = 10
"""Annotations of a kind that GitHub shows for one step."""


def write(report: Report) -> str:
    """Annotations, the worst first; then what is too much for them, as text for the log."""
    lines = [_command("error", {"title": "lintimg"}, problem_text(problem)) for problem in report.errors]
    left = dict.fromkeys(_COMMANDS.values(), _SHOWN)
    left["error"] -= len(lines)
    # One is kept for the sentence on what did not fit.
    left["notice"] -= 1
    rest = []
    for finding in sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        command = _COMMANDS[finding.severity]
        left[command] -= 1
        if left[command] >= 0:
            lines.append(_annotation(command, finding))
        else:
            rest.append(finding)
    if rest:
        more = "1 finding more" if len(rest) == 1 else f"{len(rest)} findings more"
        lines.append(_command("notice", {"title": "lintimg"}, f"{more} than GitHub shows: see the log"))
        lines += [_plain(f"{finding.severity} {_text(finding)}") for finding in rest]
    return "".join(f"{line}\n" for line in lines)


def _annotation(command: str, finding: Finding) -> str:
    location = finding.location
    start, end = location.region
    properties = {"file": location.path, "line": str(start.line), "endLine": str(last_line(location.region))}
    # GitHub refuses columns over several lines.
    if start.line == end.line and not whole_lines(location.region):
        properties |= {"col": str(start.column), "endColumn": str(end.column)}
    properties["title"] = finding.rule
    details = [_text(finding), printable(finding.help), saving_text(finding)]
    return _command(command, properties, "\n".join(detail for detail in details if detail))


def _text(finding: Finding) -> str:
    """The log shows this alone, so that it must say where."""
    start = finding.location.region.start
    return printable(f"{finding.location.path}:{start.line}:{start.column}: {finding.rule} {finding.message}")


def _command(name: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_property(printable(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """A line that the runner does not take for a command: it begins with a word, and no `##[` is in it."""
    return text.replace("##[", "# #[")

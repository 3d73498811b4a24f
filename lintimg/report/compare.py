"""Reports put together, and one compared with an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lintimg.model.finding import Finding
from lintimg.model.report import Report, Since, SizeChange


def merge(reports: Sequence[Report]) -> Report:
    """One report of several: what two of them have alike is there once. The dates are the oldest ones."""
    first = reports[0]
    files = {file.path: file for report in reports for file in report.files}
    images = {image.reference: image for report in reports for image in report.images}
    suppressed = [entry for report in reports for entry in report.suppressed]
    return first._replace(
        tool=first.tool._replace(
            as_of=min(report.tool.as_of for report in reports),
            data_as_of=min(report.tool.data_as_of for report in reports),
        ),
        files=tuple(sorted(files.values(), key=lambda file: file.path)),
        rules={code: info for report in reports for code, info in report.rules.items()},
        findings=_once(finding for report in reports for finding in report.findings),
        suppressed=tuple(sorted(suppressed, key=lambda entry: _order(entry.finding))),
        errors=tuple(problem for report in reports for problem in report.errors),
        exit_status=max(report.exit_status for report in reports),
        images=tuple(images[name] for name in sorted(images)),
        fixed=sum(report.fixed for report in reports),
        since=None,
    )


def _once(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.fingerprint, *_order(finding)), finding)
    return tuple(sorted(seen.values(), key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    location = finding.location
    return (finding.dockerfile or "", location.path, location.region, finding.rule, finding.message)


def compare(report: Report, old: Report, *, new_only: bool = False) -> Report:
    """`report` with what is different from `old`; with `new_only` findings that `old` has, too, are left out.

    Findings are the same when their fingerprints are: they outlive moved lines. What is silenced now, or in a file
    that could not be read now, is not fixed.
    """
    left = _Left(old.findings)
    same = [left.take(finding, finding.location.path) for finding in report.findings]
    # A report made in another folder has other paths.
    count = Counter(finding.fingerprint for finding in (*report.findings, *old.findings))
    same = [
        known or (count[finding.fingerprint] == 2 and left.take(finding, None))
        for finding, known in zip(report.findings, same, strict=True)
    ]
    for entry in report.suppressed:
        left.take(entry.finding, None)
    unread = {problem.path or problem.image for problem in report.errors} - {None}
    fixed = tuple(f for f in left.findings() if not unread & {f.dockerfile, f.location.path})
    findings = tuple(
        finding._replace(state="unchanged" if known else "new")
        for finding, known in zip(report.findings, same, strict=True)
        if not (known and new_only)
    )
    codes = {finding.rule for finding in fixed}
    return report._replace(
        findings=findings,
        rules={**{code: info for code, info in old.rules.items() if code in codes}, **report.rules},
        since=Since(
            new=same.count(False),
            unchanged=same.count(True),
            fixed=fixed,
            sizes=tuple(_sizes(report, old)),
        ),
    )


class _Left:
    """The findings of a report that have not been met in another yet."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._by_fingerprint: dict[str, list[Finding]] = {}
        for finding in findings:
            self._by_fingerprint.setdefault(finding.fingerprint, []).append(finding)

    def take(self, like: Finding, path: str | None) -> bool:
        """Whether one like this is left, at `path` unless that is None; it is no longer then."""
        found = self._by_fingerprint.get(like.fingerprint, [])
        for number, finding in enumerate(found):
            if path is None or finding.location.path == path:
                del found[number]
                return True
        return False

    def findings(self) -> tuple[Finding, ...]:
        """Those that are left, in order."""
        left = [finding for found in self._by_fingerprint.values() for finding in found]
        return tuple(sorted(left, key=_order))


def _sizes(report: Report, old: Report) -> Iterator[SizeChange]:
    estimates = {file.path: file.estimate.likely for file in old.files if file.estimate is not None}
    for file in report.files:
        if file.estimate is not None and file.path in estimates:
            yield SizeChange("file", file.path, estimates[file.path], file.estimate.likely)
    sizes = {image.reference: image.size.uncompressed for image in old.images}
    names = {_repository(image.reference): image.reference for image in old.images}
    for image in report.images:
        known = image.reference if image.reference in sizes else names.get(_repository(image.reference))
        if known is None and len(report.images) == len(old.images) == 1:
            known = old.images[0].reference
        before, after = sizes.get(known or ""), image.size.uncompressed
        if before is not None and after is not None:
            yield SizeChange("image", image.reference, before, after)


def _repository(reference: str) -> str:
    """The reference without its tag and digest: builds of one image mostly differ in these."""
    name, _, tag = reference.partition("@")[0].rpartition(":")
    return name if name and "/" not in tag else reference.partition("@")[0]

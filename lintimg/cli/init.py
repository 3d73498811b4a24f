"""`lintimg init`: a configuration to start from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lintimg.cli.options import CheckOptions, UsageError
from lintimg.cli.output import open_output, working_directory
from lintimg.cli.service import check
from lintimg.lint.hadolint_settings import from_hadolint
from lintimg.lint.table import bundled_rules
from lintimg.model.report import FileReport, Report
from lintimg.settings.configuration import configuration_in
from lintimg.settings.documents import DocumentError, YamlDocument
from lintimg.text import printable

_FOREIGN = (".hadolint.yaml", ".hadolint.yml")
_SIZE_LIMIT = 256_000
_LISTED = 30
_EVERYTHING = CheckOptions(
    paths=(".",),
    target=None,
    target_stage=None,
    build_arguments={},
    context=None,
    select=None,
    extend_select=(),
    ignore=(),
    fail_on=None,
    as_of=date.min,
    stdin_filename=None,
    force_exclude=False,
    inline_ignores=True,
    config=None,
    use_config=False,
    exit_zero=True,
)


def run_init(source: str | None, output: str) -> int:
    """Writes the configuration and says what to do next; the exit status."""
    directory = working_directory()
    stream = open_output("never")
    target = None if output == "-" else directory / output
    notes: tuple[str, ...] = ()
    if target is not None and (target.exists() or target.is_symlink()):
        raise UsageError(f"{output} is there already; lintimg init --output - prints instead")
    if source is not None:
        text = _translated(directory / source, source)
    else:
        report = check(_EVERYTHING._replace(as_of=date.today()), directory, None).report
        text, notes = _fitting(report), _advice(directory, report)
    if target is None:
        stream.write_data(text)
    else:
        stream.write_file(target, text)
        stream.note(f"{output} is written; now: lintimg check")
    for note in notes:
        stream.note(note)
    return 0


def _translated(path: Path, shown: str) -> str:
    """What the configuration of hadolint at `path` is in our words. Raises UsageError."""
    try:
        data = path.read_bytes()
        if len(data) > _SIZE_LIMIT:
            raise UsageError(f"{shown}: is larger than {_SIZE_LIMIT // 1000} kB")
        document = YamlDocument(data.decode("utf-8-sig"))
        return from_hadolint(document.data, bundled_rules())
    except DocumentError as error:
        raise UsageError(f"{shown}:{error.line}:{error.column}: {printable(error.message)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown}: is not UTF-8") from error
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{shown}: {printable(str(error))}") from error


def _fitting(report: Report) -> str:
    kinds = {file.kind for file in report.files}
    lines = ["# lintimg's configuration. Every key may be left out; all of them: lintimg schema config", ""]
    lines += _found(report.files)
    lines += [
        "# What the images are for, where lintimg guessed wrong: lambda, generic, bundling, builder.",
        f"# target: {'lambda' if 'lambda' in kinds else 'generic'}",
        "# paths:",
        f'#   "{_other(report.files)}": {{ target: generic }}',
        "",
        "# From which severity on the exit status is 1: error, warning or info.",
        "fail-on: warning",
        "",
        "# Rules to leave out, to add, or to weigh differently; lintimg rules lists them.",
        "# ignore: [LI101]",
        "# extend-select: [LI303]",
        "# severity: { LI103: error }",
        "# per-path-ignores:",
        '#   "legacy/**": [LI4]',
        "",
        "# Base images of your own that deserve no word, and files that are not yours.",
        *_trusted(report.files),
        "# exclude: [vendor]",
        "",
        "# The team's own limit for an image, besides Lambda's 10 GB.",
        "# max-size: 2GB",
    ]
    return "\n".join(lines) + "\n"


def _found(files: tuple[FileReport, ...]) -> list[str]:
    if not files:
        return ["# No Dockerfile was found below this folder.", ""]
    lines = [f"#   {printable(file.path)}: {file.kind}" for file in files[:_LISTED]]
    if len(files) > _LISTED:
        lines.append(f"#   and {len(files) - _LISTED} more")
    return ["# Found here:", *lines, ""]


def _other(files: tuple[FileReport, ...]) -> str:
    """A glob for the example of `paths`: a folder that holds a Dockerfile which is no function."""
    for file in files:
        folder = file.path.rpartition("/")[0]
        if folder and file.kind == "generic" and folder.isprintable() and '"' not in folder:
            return f"{folder}/**"
    return "tools/**"


def _trusted(files: tuple[FileReport, ...]) -> list[str]:
    """The registries that are in use here besides AWS's and Docker Hub, to choose from."""
    names = {file.final_base.rpartition("/")[0] for file in files if file.final_base and not file.aws_base}
    own = sorted(name for name in names if "." in name.partition("/")[0] and name.isprintable())
    globs = ", ".join(f'"{name}/*"' for name in own[:_LISTED])
    return [f"# trusted-bases: [{globs}]" if own else '# trusted-bases: ["registry.example.com/base/*"]']


def _advice(directory: Path, report: Report) -> tuple[str, ...]:
    notes = []
    foreign = next((name for name in _FOREIGN if (directory / name).is_file()), None)
    if foreign is not None:
        notes.append(f"{foreign} is here: lintimg init --from {foreign} takes its settings over")
    older = configuration_in(directory)
    if older is not None and older.name == "pyproject.toml":
        notes.append("pyproject.toml has a [tool.lintimg] that counts no more beside .lintimg.yaml")
    return tuple(notes) + ((f"{len(report.findings)} findings today",) if report.findings else ())

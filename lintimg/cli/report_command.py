"""The flags of `lintimg report` and their help."""

from __future__ import annotations

from typing import Annotated

import typer

SHORT = "Show a saved JSON report in another format."
EPILOG = (
    "Exit status: 0 written, whatever was found; 2 a file is no report of lintimg."
    " Example: lintimg report report.json --since main.json --format markdown"
)
_READ, _OUTPUT = "What is read", "Output"


def report(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="What check, image or invoke wrote with --format json; - is standard input.",
            rich_help_panel=_READ,
        ),
    ],
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME[=FILE]",
            help="text (default), markdown, html, sarif, github, gitlab or another, to standard output or a file;"
            " may be repeated.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Join several reports into one.", rich_help_panel=_READ)
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="OLD.json",
            help="Tell what is new, fixed and as before since this report, in findings and bytes.",
            rich_help_panel=_READ,
        ),
    ] = None,
    new_only: Annotated[
        bool,
        typer.Option(
            "--new-only", help="With --since: leave out what was found before.", rich_help_panel=_OUTPUT
        ),
    ] = False,
    color: Annotated[
        str, typer.Option(metavar="WHEN", help="Colours: auto, always or never.", rich_help_panel=_OUTPUT)
    ] = "auto",
) -> None:
    """Show a saved JSON report in another format: lint once, publish many times."""
    from lintimg.cli.report import run_report

    raise typer.Exit(
        run_report(
            files=tuple(files),
            formats=tuple(output or ("text",)),
            join=merge,
            since=since,
            new_only=new_only,
            color=color,
        )
    )

"""The flags of `lintimg check` and their help."""

from __future__ import annotations

from typing import Annotated

import typer

SHORT = "Lint Dockerfiles."
EPILOG = "Exit status: 0 nothing at or above --fail-on; 1 findings; 2 lintimg could not do all of its work."
_CHECKED, _RULES, _FIXES = "What is checked", "Which rules", "Fixes"
_OUTPUT, _SETTINGS = "Output", "Configuration"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Dockerfiles, folders to search, or - for standard input; the working directory by default.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="What the image is for: auto, lambda, generic, bundling or builder.",
            rich_help_panel=_CHECKED,
        ),
    ] = "auto",
    target_stage: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The stage that is shipped; the last by default.", rich_help_panel=_CHECKED
        ),
    ] = None,
    build_arg: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A build argument, as docker build takes it; may be repeated.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="The build context; lintimg looks for it by itself.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    stdin_filename: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The path that standard input stands for.", rich_help_panel=_CHECKED
        ),
    ] = None,
    force_exclude: Annotated[
        bool,
        typer.Option(
            "--force-exclude",
            help="Let the configuration exclude files that are named here, too.",
            rich_help_panel=_CHECKED,
        ),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Judge the dates of runtimes as of this day instead of today.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULES",
            help="These rules only: codes (LI402), prefixes (LI4), names, families, other tools' codes"
            " (DL3042), ALL; separated by commas or repeated.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    extend_select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="These rules besides.", rich_help_panel=_RULES),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="Not these; wins over the others.", rich_help_panel=_RULES),
    ] = None,
    shellcheck: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Have ShellCheck read the RUN instructions: auto (where it is installed), on or off.",
            rich_help_panel=_RULES,
        ),
    ] = "auto",
    no_inline_ignores: Annotated[
        bool,
        typer.Option(
            "--no-inline-ignores",
            help="Report also what a # lintimg: ignore[…] comment silences.",
            rich_help_panel=_RULES,
        ),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Apply the safe fixes, after which the image does the same; then report what remains.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            help="With --fix or --diff: the unsafe ones, too. Look them over.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help="Write nothing; print what --fix would change, and exit 1 if that is anything.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    fix_only: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="Fix the findings of these rules only.", rich_help_panel=_FIXES),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Silence the findings that this file accepts; the configuration may name it, too.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    diff_base: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION",
            help="Only findings on instructions that changed since this git revision.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(
            metavar="IMAGE",
            help="The image that was built from it: its layers measure the findings, and are checked, too.",
            rich_help_panel=_CHECKED,
        ),
    ] = None,
    update_baseline: Annotated[
        bool,
        typer.Option(
            "--update-baseline",
            help="Write what is found now to the baseline.",
            rich_help_panel=_RULES,
        ),
    ] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME[=FILE]",
            help="text (default), concise, json, markdown, html, sarif, github, gitlab or another, to standard output or a"
            " file; may be repeated.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    statistics: Annotated[
        bool,
        typer.Option("--statistics", help="Print a count for each rule instead.", rich_help_panel=_OUTPUT),
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Exit 1 from this severity on: error, warning (default) or info.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 despite findings.", rich_help_panel=_OUTPUT)
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Print findings and errors only.", rich_help_panel=_OUTPUT),
    ] = False,
    color: Annotated[
        str,
        typer.Option(metavar="WHEN", help="Colours: auto, always or never.", rich_help_panel=_OUTPUT),
    ] = "auto",
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="This configuration instead of the nearest .lintimg.yaml or pyproject.toml.",
            rich_help_panel=_SETTINGS,
        ),
    ] = None,
    no_config: Annotated[
        bool, typer.Option("--no-config", help="No configuration at all.", rich_help_panel=_SETTINGS)
    ] = False,
    show_settings: Annotated[
        bool,
        typer.Option(
            "--show-settings",
            help="Check nothing; print what holds for the first PATH, and who said so.",
            rich_help_panel=_SETTINGS,
        ),
    ] = False,
) -> None:
    """Lint Dockerfiles: what Lambda refuses, what bloats the image, what slows its builds."""
    from lintimg.cli.check import run_check

    raise typer.Exit(
        run_check(
            paths=tuple(paths or (".",)),
            target=target,
            target_stage=target_stage,
            build_arguments=tuple(build_arg or ()),
            context=context,
            select=None if not select else tuple(select),
            extend_select=tuple(extend_select or ()),
            ignore=tuple(ignore or ()),
            fail_on=fail_on,
            as_of=as_of,
            formats=tuple(output or ("text",)),
            stdin_filename=stdin_filename,
            force_exclude=force_exclude,
            inline_ignores=not no_inline_ignores,
            config=config,
            use_config=not no_config,
            quiet=quiet,
            exit_zero=exit_zero,
            color=color,
            fix=fix,
            unsafe_fixes=unsafe_fixes,
            diff=diff,
            fix_only=tuple(fix_only or ()),
            baseline=baseline,
            update_baseline=update_baseline,
            diff_base=diff_base,
            shellcheck=shellcheck,
            image=image,
            statistics=statistics,
            show_settings=show_settings,
        )
    )

"""The flags of `lintimg image` and their help."""

from __future__ import annotations

from typing import Annotated

import typer

SHORT = "Show what fills a built image."
EPILOG = "Exit status: 0 fine; 1 findings at or above --fail-on, or a limit is missed; 2 the image could not be read."
_READ, _RULES, _LIMITS, _OUTPUT = "What is read", "Rules", "Limits", "Output"
_SETTINGS = "Configuration"


def image(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="IMAGE",
            help="An archive of docker save, an OCI layout, - for an archive on standard input,"
            " registry://HOST/NAME:TAG, or the name of an image of the Docker engine. FILE#NAME chooses among several images in an archive.",
            rich_help_panel=_READ,
        ),
    ],
    base: Annotated[
        str | None,
        typer.Option(
            metavar="IMAGE",
            help="The base image, to tell its share of the bytes; the images of AWS and the usual ones on Docker Hub"
            " are known by their history.",
            rich_help_panel=_READ,
        ),
    ] = None,
    via: Annotated[
        str,
        typer.Option(
            metavar="WAY",
            help="How an engine's image is read: auto, database (its own files), save (an export) or history"
            " (sizes alone, at once).",
            rich_help_panel=_READ,
        ),
    ] = "auto",
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="OS/ARCH",
            help="Which image of an index; linux/amd64, then linux/arm64 by default.",
            rich_help_panel=_READ,
        ),
    ] = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Download a registry's layers, too: without, its manifest tells sizes alone.",
            rich_help_panel=_READ,
        ),
    ] = False,
    hashes: Annotated[
        bool,
        typer.Option(
            "--hash",
            help="Read contents too: finds equal files, and copies made for attributes alone.",
            rich_help_panel=_READ,
        ),
    ] = False,
    compressed: Annotated[
        bool,
        typer.Option(
            "--compressed",
            help="Guess what a registry will store, from samples of what is not compressed yet.",
            rich_help_panel=_READ,
        ),
    ] = False,
    why: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Instead of the report: which layers brought, rewrote and deleted this file or folder.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Instead of the report: the largest files and folders below this one.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="Exit 1 if the image is larger, e.g. 800MB.", rich_help_panel=_LIMITS
        ),
    ] = None,
    max_waste: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Exit 1 if more is wasted.", rich_help_panel=_LIMITS),
    ] = None,
    min_efficiency: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="Exit 1 if a smaller share of the bytes is visible, e.g. 0.95.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    dockerfile: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The Dockerfile that the image was built from: each layer's line is named.",
            rich_help_panel=_READ,
        ),
    ] = None,
    target_stage: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The stage of it that was built, the last one by default.",
            rich_help_panel=_READ,
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Run only these rules: codes, prefixes, names or families; instead of the configuration's select.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    extend_select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Run these rules, too.", rich_help_panel=_RULES),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Leave these rules out.", rich_help_panel=_RULES),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Exit 1 from this severity on: error (default), warning or info; before the configuration's fail-on.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="What the image is for: auto, lambda or generic.",
            rich_help_panel=_RULES,
        ),
    ] = "auto",
    top: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=1000,
            help="How many paths a list names.",
            rich_help_panel=_OUTPUT,
        ),
    ] = 10,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME[=FILE]",
            help="text (default), json, markdown, html or dive-json, to standard output or a file; may be repeated.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="This configuration instead of the nearest .lintimg.yaml or pyproject.toml above the Dockerfile, else"
            " above the working directory: its select, extend-select, ignore, severity, fail-on, target, max-size and"
            " fail-deprecated hold as they do for check.",
            rich_help_panel=_SETTINGS,
        ),
    ] = None,
    no_config: Annotated[
        bool, typer.Option("--no-config", help="No configuration at all.", rich_help_panel=_SETTINGS)
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 despite missed limits.", rich_help_panel=_OUTPUT)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no notes.", rich_help_panel=_OUTPUT)
    ] = False,
    color: Annotated[
        str, typer.Option(metavar="WHEN", help="Colours: auto, always or never.", rich_help_panel=_OUTPUT)
    ] = "auto",
) -> None:
    """Show what fills a built image: its layers, what they waste, and Lambda's limit."""
    from lintimg.cli.image import run_image

    raise typer.Exit(
        run_image(
            reference=reference,
            base=base,
            via=via,
            platform=platform,
            deep=deep,
            hashes=hashes,
            compressed=compressed,
            why=why,
            tree=tree,
            top=top,
            max_size=max_size,
            max_waste=max_waste,
            min_efficiency=min_efficiency,
            select=None if select is None else tuple(select),
            extend_select=tuple(extend_select or ()),
            ignore=tuple(ignore or ()),
            fail_on=fail_on,
            target=target,
            dockerfile=dockerfile,
            target_stage=target_stage,
            formats=tuple(output or ("text",)),
            quiet=quiet,
            config=config,
            use_config=not no_config,
            exit_zero=exit_zero,
            color=color,
        )
    )

"""The typer application: flags and their help. Each command's work is in a module of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from lintimg import __version__
from lintimg.cli import check_command, image_command, report_command
from lintimg.cli.grouped import GroupedCommand

app = typer.Typer(
    name="lintimg",
    help="Find in a Dockerfile what AWS Lambda will refuse, what bloats the image and what slows its builds.",
    epilog="Start with: lintimg check Dockerfile",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(rich_markup_mode=None, help="List the rules, or test rules of your own.")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"lintimg {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


app.command(cls=GroupedCommand, short_help=check_command.SHORT, epilog=check_command.EPILOG)(
    check_command.check
)
app.command(cls=GroupedCommand, short_help=image_command.SHORT, epilog=image_command.EPILOG)(
    image_command.image
)


_EVENT, _FUNCTION, _WANTED = "Events", "The function", "What is expected"


@app.command(
    cls=GroupedCommand,
    short_help="Run an image as Lambda would.",
    epilog="Exit status: 0 it works; 1 it fails or an expectation is not met; 2 lintimg could not run it.",
)
def invoke(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="An image of the Docker engine.")],
    event: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EVENT",
            help="A file, - for standard input, or JSON itself; {} by default. May be repeated.",
            rich_help_panel=_EVENT,
        ),
    ] = None,
    repeat: Annotated[
        int, typer.Option(metavar="N", min=1, help="Send the events so many times.", rich_help_panel=_EVENT)
    ] = 1,
    handler: Annotated[
        str | None,
        typer.Option(metavar="HANDLER", help="In place of the image's CMD.", rich_help_panel=_FUNCTION),
    ] = None,
    entrypoint: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", help="In place of the image's ENTRYPOINT (and CMD).", rich_help_panel=_FUNCTION
        ),
    ] = None,
    workdir: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="In place of the image's WORKDIR.", rich_help_panel=_FUNCTION),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A variable of the function; may be repeated.",
            rich_help_panel=_FUNCTION,
        ),
    ] = None,
    memory: Annotated[
        int, typer.Option(metavar="MB", help="The function's memory.", rich_help_panel=_FUNCTION)
    ] = 128,
    timeout: Annotated[
        int, typer.Option(metavar="SECONDS", help="The function's timeout.", rich_help_panel=_FUNCTION)
    ] = 3,
    tmp_size: Annotated[
        int, typer.Option(metavar="MB", help="The size of /tmp.", rich_help_panel=_FUNCTION)
    ] = 512,
    arch: Annotated[
        str | None,
        typer.Option(
            metavar="ARCH", help="x86_64 or arm64: what the function is set to.", rich_help_panel=_FUNCTION
        ),
    ] = None,
    rie: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="AWS's Runtime Interface Emulator, where the image has none; else $LINTIMG_RIE or ~/.aws-lambda-rie/.",
        ),
    ] = None,
    dockerfile: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The image's Dockerfile, to name the line that is the cause."),
    ] = None,
    expect_json: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUE",
            help="What the answer must hold, such as statusCode=200; may be repeated.",
            rich_help_panel=_WANTED,
        ),
    ] = None,
    max_init: Annotated[
        int | None,
        typer.Option(metavar="MS", help="How long the initialisation may take.", rich_help_panel=_WANTED),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the container for a look into it.")] = False,
    output: Annotated[str, typer.Option("--format", metavar="NAME", help="text, json or markdown.")] = "text",
    color: Annotated[str, typer.Option(metavar="WHEN", help="Colours: auto, always or never.")] = "auto",
) -> None:
    """Run an image under Lambda's conditions, send it events, and tell what goes wrong and why.

    The file system is read-only but for /tmp, the user unprivileged, memory and time are limited, and the handler is
    called through AWS's Runtime Interface Emulator.
    """
    from lintimg.cli.invoke import run_invoke

    raise typer.Exit(
        run_invoke(
            image=image,
            events=tuple(event or ("{}",)),
            repeat=repeat,
            handler=handler,
            entrypoint=entrypoint,
            workdir=workdir,
            variables=tuple(env or ()),
            memory=memory,
            timeout=timeout,
            tmp_size=tmp_size,
            architecture=arch,
            rie=rie,
            dockerfile=dockerfile,
            expectations=tuple(expect_json or ()),
            max_init=max_init,
            keep=keep,
            output=output,
            color=color,
        )
    )


app.command(cls=GroupedCommand, short_help=report_command.SHORT, epilog=report_command.EPILOG)(
    report_command.report
)


@app.command(short_help="Write a .lintimg.yaml to start from.")
def init(
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Translate this .hadolint.yaml."),
    ] = None,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="Where to write it; - is standard output.")
    ] = ".lintimg.yaml",
) -> None:
    """Write a commented .lintimg.yaml that fits this repository, or one that does what a .hadolint.yaml did."""
    from lintimg.cli.init import run_init

    raise typer.Exit(run_init(source, output))


@app.command(short_help="Tell what a rule is about.")
def explain(
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="A code, a name, or another tool's code such as DL3042."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Find rules by words, or by the error message you met."),
    ] = None,
) -> None:
    """Tell what a rule is about: why it matters, what to write instead, how to silence it."""
    from lintimg.cli.explain import run_explain

    raise typer.Exit(run_explain(rule, search))


app.add_typer(rules_app, name="rules", invoke_without_command=True)


@rules_app.callback()
def rules(
    context: typer.Context,
    output: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text",
) -> None:
    """List the rules, or test rules of your own."""
    if context.invoked_subcommand is None:
        from lintimg.cli.rules import run_rules

        raise typer.Exit(run_rules(output))


@rules_app.command("test", short_help="Run the examples of your own rule files.")
def rules_test(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A folder of rule files (CODE-name.yaml).")],
) -> None:
    """Run the examples of your own rule files and tell which do not hold."""
    from lintimg.cli.rules import run_rules_test

    raise typer.Exit(run_rules_test(folder))


@app.command(short_help="Serve an editor.")
def lsp() -> None:
    """Serve an editor by the Language Server Protocol on standard input and output.

    Diagnostics while typing, fixes, and the rule's page where the mouse rests. Needs pip install 'lintimg[lsp]'.
    """
    from importlib.util import find_spec

    if find_spec("pygls") is None:
        from lintimg.cli.options import UsageError

        raise UsageError("lintimg lsp needs pygls: pip install 'lintimg[lsp]'")
    from lintimg.cli.lsp import run_lsp

    raise typer.Exit(run_lsp())


@app.command(short_help="Print a JSON Schema.")
def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="report or image (check or image --format json), config (.lintimg.yaml), rule (a rule file), ast or invoke.",
        ),
    ],
) -> None:
    """Print the JSON Schema of what lintimg writes or reads."""
    from lintimg.cli.schema import run_schema

    raise typer.Exit(run_schema(name))


@app.command(short_help="Print how Dockerfiles are read.")
def ast(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Dockerfiles, or - for standard input.")
    ],
    output: Annotated[
        str, typer.Option("--format", metavar="NAME", help="json, or jsonl for one line a file.")
    ] = "json",
) -> None:
    """Print how Dockerfiles are read: stages, instructions, words and their places, as JSON."""
    from lintimg.cli.ast import run_ast

    raise typer.Exit(run_ast(tuple(files), output))

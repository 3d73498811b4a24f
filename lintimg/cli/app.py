"""The typer application: flags and their help. Each command's work is in a module of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from lintimg import __version__

app = typer.Typer(
    name="lintimg",
    help="Lint the Dockerfiles of AWS Lambda container images: what Lambda refuses, what bloats, what breaks the cache.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(help="List the rules, or test rules of your own.", rich_markup_mode=None)
app.add_typer(rules_app, name="rules", invoke_without_command=True)


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


@app.command()
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Dockerfiles, folders to search, or - for standard input.", metavar="[PATH]..."),
    ] = None,
    target: Annotated[
        str, typer.Option(help="What the image is for: auto, lambda, generic, bundling or builder.")
    ] = "auto",
    target_stage: Annotated[
        str | None, typer.Option(metavar="NAME", help="The stage that is shipped; the last by default.")
    ] = None,
    build_arg: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A build argument; may be repeated.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(metavar="DIR", help="The build context; found by itself where it can be.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULES", help="Only these rules: codes, prefixes, names, families, DL3042, ALL."
        ),
    ] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="These rules besides.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Not these rules.")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY", help="Exit 1 from this severity on: error, warning (default) or info."
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Judge dates as of this day instead of today.")
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="NAME[=FILE]", help="text, concise, json or json-v1; may be repeated."
        ),
    ] = None,
    stdin_filename: Annotated[
        str | None, typer.Option(metavar="NAME", help="The path standard input stands for.")
    ] = None,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Apply exclude globs to files named here too.")
    ] = False,
    no_inline_ignores: Annotated[
        bool, typer.Option("--no-inline-ignores", help="Disregard # lintimg: comments.")
    ] = False,
    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="This configuration instead of the nearest.")
    ] = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="No configuration at all.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only findings and errors.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 despite findings.")] = False,
    color: Annotated[str, typer.Option(help="auto, always or never.")] = "auto",
) -> None:
    """Lint Dockerfiles.

    Exit status: 0 nothing at or above --fail-on, 1 findings, 2 lintimg could not do its work.
    """
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
        )
    )


@app.command()
def explain(
    rule: Annotated[
        str | None, typer.Argument(help="A code, a name, or another tool's code such as DL3042.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Find rules by words, or by the error text you met.")
    ] = None,
) -> None:
    """Tell what a rule is about."""
    from lintimg.cli.explain import run_explain

    raise typer.Exit(run_explain(rule, search))


@rules_app.callback()
def rules(
    context: typer.Context,
    output: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text",
) -> None:
    """List every rule."""
    if context.invoked_subcommand is None:
        from lintimg.cli.rules import run_rules

        raise typer.Exit(run_rules(output))


@rules_app.command("test")
def rules_test(folder: Annotated[str, typer.Argument(help="A folder of rule files.")]) -> None:
    """Run the examples of your own rule files."""
    from lintimg.cli.rules import run_rules_test

    raise typer.Exit(run_rules_test(folder))


@app.command()
def schema(name: Annotated[str, typer.Argument(help="report, config, rule or ast.")]) -> None:
    """Print a JSON Schema."""
    from lintimg.cli.schema import run_schema

    raise typer.Exit(run_schema(name))


@app.command()
def ast(
    files: Annotated[list[str], typer.Argument(help="Dockerfiles, or - for standard input.")],
    output: Annotated[str, typer.Option("--format", metavar="NAME", help="json or jsonl.")] = "json",
) -> None:
    """Print how Dockerfiles are read: instructions, words and their places."""
    from lintimg.cli.ast import run_ast

    raise typer.Exit(run_ast(tuple(files), output))

"""The typer application: flags and their help. Each command's work is in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from lintimg import __version__
from lintimg.cli import image_command

if TYPE_CHECKING:
    # Typer's own copy of click moves between its releases.
    _Context = Any
    _Formatter = Any


class GroupedCommand(TyperCommand):
    """A command whose help lists its options by purpose: the `rich_help_panel` of each, without rich."""

    def format_options(self, ctx: _Context, formatter: _Formatter) -> None:
        """Writes the sections in the order of their first parameter, what belongs nowhere last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                title = getattr(parameter, "rich_help_panel", None) or "Other"
                sections.setdefault(title, []).append(record)
        for title, records in sorted(sections.items(), key=lambda section: section[0] == "Other"):
            with formatter.section(title):
                formatter.write_dl(records)


_CHECKED, _RULES, _FIXES = "What is checked", "Which rules", "Fixes"
_OUTPUT, _SETTINGS = "Output", "Configuration"

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


@app.command(
    cls=GroupedCommand,
    short_help="Lint Dockerfiles.",
    epilog="Exit status: 0 nothing at or above --fail-on; 1 findings; 2 lintimg could not do all of its work.",
)
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
            help="text (default), concise, json or json-v1, to standard output or a file; may be repeated.",
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
            statistics=statistics,
            show_settings=show_settings,
        )
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
    output: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text",
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


@app.command(short_help="Print a JSON Schema.")
def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="report (check --format json), config (.lintimg.yaml), rule (a rule file), ast or invoke.",
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

"""LI216: a handler whose module no instruction brings to where the runtime looks for it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join, normpath, relpath

from lintimg.aws.handlers import wrapped_by
from lintimg.checks.bases import plain_language
from lintimg.checks.contract.handlers import (
    command_comes_from_code,
    handler_language,
    inherited_arguments,
    is_handler,
    is_program_name,
)
from lintimg.checks.contract.image_contents import Contents, shipped_contents
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.contract.start_folder import working_directory
from lintimg.checks.contract.task_root import handler_outside_task_root
from lintimg.checks.tables import table
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span

_ENDINGS = {"python": (".py",), "nodejs": (".js", ".mjs", ".cjs"), "ruby": (".rb",)}
_PACKAGE_PLACES = ("/opt", "/var/lang", "/var/runtime", "/usr/lib", "/usr/local/lib")
_SOURCES = (".ts", ".mts", ".cts", ".tsx", ".jsx", ".coffee")


class NamedHandler(NamedTuple):
    """A handler that is named for the image: the token that does so (in the Dockerfile, or in the file at `path`), and what it is taken apart into.

    `module` is a path without ending (`src/app`), relative to one of `folders` (absolute); `function` what follows.
    """

    span: Span
    path: str | None
    text: str
    language: str
    module: str
    function: str
    folders: tuple[str, ...]


def named_handlers(subject: Subject) -> Iterator[NamedHandler]:
    """The handlers in Python, Node.js or Ruby that CMD and infrastructure code name for the shipped image, each once."""
    language = handler_language(subject)
    folders = _folders(subject) if language in _ENDINGS else None
    if language is None or folders is None:
        return
    for span, path, text in handler_words(subject, language):
        yield from _handler(span, path, text, language, folders)


def handler_words(subject: Subject, language: str) -> Iterator[tuple[Span, str | None, str]]:
    """Place, file (None: the Dockerfile) and text of each well-formed handler that CMD and infrastructure code name."""
    named = None if command_comes_from_code(subject) else _in_dockerfile(subject)
    words: list[tuple[Span, str | None, str]] = [] if named is None else [(named[0], None, named[1])]
    if subject.deployments:
        from lintimg.checks.contract.deployed_handlers import deployed_handlers

        words += deployed_handlers(subject)
    for span, path, text in words:
        if not (wrapped_by(text) or is_program_name(text, language) or "$" in text) and is_handler(
            text, language
        ):
            yield span, path, text


def _in_dockerfile(subject: Subject) -> tuple[Span, str] | None:
    """The handler in CMD, or behind AWS's own entry point in ENTRYPOINT."""
    step = subject.process.cmd
    arguments = subject.process.cmd_arguments or ()
    if step is None:
        step = subject.process.entrypoint
        arguments = (inherited_arguments(subject) or ())[-1:]
    if step is None or not step.instruction.json or len(arguments) != 1:
        return None
    if inherited_arguments(subject) not in (None, arguments):
        return None
    return step.instruction.arguments[-1].span, arguments[0]


def _handler(
    span: Span, path: str | None, text: str, language: str, folders: tuple[str, ...]
) -> Iterator[NamedHandler]:
    if text.startswith("/") or "node_modules" in text:
        return
    folder, _, last = text.rpartition("/")
    module, _, function = last.partition(".") if language != "python" else text.rpartition(".")
    module = module.replace(".", "/") if language == "python" else join(folder, module)
    yield NamedHandler(span, path, text, language, module, function, folders)


def _folders(subject: Subject) -> tuple[str, ...] | None:
    """Where the runtime looks for the module, None when a variable or the working directory hides it."""
    folders = ["/var/task"] if subject.aws_base is not None else []
    workdir = working_directory(subject)
    if workdir is None:
        return None
    folders.append(workdir)
    for setting in image_settings(subject):
        if setting.name == "AWS_LAMBDA_EXEC_WRAPPER":
            return None
        if setting.name in ("LAMBDA_TASK_ROOT", "PYTHONPATH", "RUBYLIB", "NODE_PATH", "GEM_PATH"):
            if setting.value is None:
                return None
            folders += [path.rstrip("/") or "/" for path in setting.value.split(":") if path.startswith("/")]
    return tuple(dict.fromkeys(folders))


def handler_file_missing(subject: Subject) -> Iterator[Hit]:
    """A hit for each handler whose module is not among the files that come into the image."""
    if subject.context is None or subject.base_image is None:
        return
    if subject.aws_base is None and plain_language(subject.base_image) is None:
        return
    language = handler_language(subject)
    if language in ("java", "dotnet"):
        from lintimg.checks.contract.compiled_handler import class_missing

        yield from class_missing(subject, language, handler_words(subject, language))
        return
    for handler in named_handlers(subject):
        contents = shipped_contents(subject, basename(handler.module))
        wanted = [join(folder, handler.module) for folder in handler.folders]
        if any(contents.may_hold(path) for path in wanted):
            continue
        here = [held for path in wanted for held in _called(contents, path)]
        if here:
            if handler.language == "nodejs" and all(held.endswith(_SOURCES) for held in here):
                yield from _uncompiled(handler, contents, wanted, here[0])
            continue
        held = _nearest(handler, contents)
        if _is_package(handler, contents, hidden=held is None) or any(handler_outside_task_root(subject)):
            continue
        yield from _hit(subject, handler, contents, wanted, held)


def _called(contents: Contents, path: str) -> list[str]:
    """The files called `path`, whatever their endings, and those in a folder of that name."""
    return [
        held
        for held in contents.files
        if held.startswith(path) and held[len(path) : len(path) + 1] in ("", ".", "/")
    ]


def _uncompiled(handler: NamedHandler, contents: Contents, wanted: list[str], path: str) -> Iterator[Hit]:
    """A hit for a module that is there in TypeScript alone. With a whole folder comes also what was compiled before."""
    if _brought_from(contents, wanted):
        return
    yield Hit(
        handler.span,
        {"handler": handler.text, "file": f"{handler.module}.js", "actual": contents.files[path] or path},
        variant="source",
        details={"handler": handler.text, "file": f"{handler.module}.js"},
        path=handler.path,
    )


def _is_package(handler: NamedHandler, contents: Contents, *, hidden: bool) -> bool:
    """Whether an installed package may bring the module; with `hidden`, one that nobody can name may, too."""
    first = handler.module.partition("/")[0].lower().replace("_", "-")
    if any(first in package or package in first for package in contents.packages):
        return True
    places = _PACKAGE_PLACES
    if any(
        inside(path, place)
        for path in contents.files
        for place in places
        if _stem(path).endswith(f"/{handler.module}")
    ):
        return True
    hidden = hidden and (
        contents.hidden_packages or any(inside(path, place) for path in contents.unknown for place in places)
    )
    return hidden and "/" in handler.module


def _hit(
    subject: Subject,
    handler: NamedHandler,
    contents: Contents,
    wanted: list[str],
    held: tuple[str, str] | None,
) -> Iterator[Hit]:
    ending = _ENDINGS[handler.language][0]
    details: dict[str, object] = {"handler": handler.text, "file": handler.module + ending}
    values = details | {"folder": handler.folders[0], "error": _error(handler)}
    severity: Severity | None = None if _is_context_sure(subject) else "warning"
    variant = ""
    edits: tuple[HitEdit, ...] = ()
    if held is not None:
        path, folder = held
        correct = _renamed(handler, relpath(path, folder))
        variant = "case" if path.lower().startswith(tuple(each.lower() for each in wanted)) else "moved"
        values |= {"actual": relpath(path, folder), "correct": correct}
        edits = (HitEdit(handler.span, f'"{correct}"'),) if handler.path is None else ()
    else:
        brought = _brought_from(contents, wanted)
        hidden = next((f for root in brought if (f := _hidden(subject, root, handler))), None)
        other = None if hidden is not None else _elsewhere(subject, handler)
        if hidden is not None:
            variant = "ignored"
            values |= {"actual": hidden[0], "pattern": hidden[1]}
        elif other is not None and not brought:
            variant = "not copied"
            values |= {"actual": other}
        elif brought and _is_made_before(subject, handler):
            return
        elif brought:
            severity = "warning"
    yield Hit(
        handler.span,
        values,
        edits=edits,
        variant=variant,
        severity=severity,
        details=details,
        path=handler.path,
    )


def _error(handler: NamedHandler) -> str:
    if handler.language == "python":
        return f"Runtime.ImportModuleError: Unable to import module '{handler.module.replace('/', '.')}'"
    if handler.language == "ruby":
        return f"cannot load such file -- {handler.module}"
    return f"Runtime.ImportModuleError: Cannot find module '{basename(handler.module)}'"


def _is_context_sure(subject: Subject) -> bool:
    """Whether a COPY names something of the context, so that it cannot be another folder."""
    return any(
        copy.from_ is None and any(word.text.strip("./*") for word in copy.sources)
        for number in subject.build.used
        for step in subject.build.stages[number].steps
        if (copy := read_copy(step.instruction)) is not None
    )


def _nearest(handler: NamedHandler, contents: Contents) -> tuple[str, str] | None:
    """The module's file in another case or another folder of the image, and the folder that the runtime searches."""
    stem = basename(handler.module).lower()
    found = {
        (path, folder)
        for path, file in contents.files.items()
        for folder in handler.folders
        if basename(path).lower() in [stem + ending for ending in _ENDINGS[handler.language]]
        and basename(path).rpartition(".")[0] == basename(file or path).rpartition(".")[0]
        and inside(path, folder)
        and _is_module(handler, relpath(path, folder))
    }
    same = [
        (path, folder)
        for path, folder in found
        if _stem(relpath(path, folder)).lower() == handler.module.lower()
    ]
    if same:
        return min(same)
    return (
        min(found)
        if len({path for path, _ in found}) == 1
        and basename(min(found)[0]).startswith(basename(handler.module))
        else None
    )


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _is_module(handler: NamedHandler, path: str) -> bool:
    """Whether the runtime can load the file at `path`, relative to where it looks."""
    if handler.language == "python":
        return all(part.isidentifier() for part in _stem(path).split("/"))
    return "." not in _stem(path)


def _renamed(handler: NamedHandler, path: str) -> str:
    module = _stem(path)
    return f"{module.replace('/', '.') if handler.language == 'python' else module}.{handler.function}"


def _brought_from(contents: Contents, wanted: list[str]) -> list[str]:
    """Where in the context the module would have to lie for a COPY of a folder to bring it."""
    return [
        normpath(join(root, relpath(path, folder)))
        for path in wanted
        for folder, root in contents.folders
        if inside(path, folder) and path != folder
    ]


def _hidden(subject: Subject, path: str, handler: NamedHandler) -> tuple[str, str] | None:
    """The module's file that the ignore file keeps back, and the pattern that does so."""
    context = subject.context
    for ending in _ENDINGS[handler.language]:
        if context is not None and context.exists(path + ending):
            pattern = context.ignored_by(path + ending)
            if pattern is not None:
                return path + ending, pattern.text
    return None


def _elsewhere(subject: Subject, handler: NamedHandler) -> str | None:
    """A file of the module's name anywhere in the context."""
    names = [basename(handler.module) + ending for ending in _ENDINGS[handler.language]]
    files = subject.context.files if subject.context is not None else ()
    found = [file.path for file in files if basename(file.path) in names]
    whole = [path for path in found if _stem(path).endswith(handler.module)]
    return min(whole or found, key=lambda path: (path.count("/"), path), default=None)


def _is_made_before(subject: Subject, handler: NamedHandler) -> bool:
    """Whether the file may be one that is compiled before the image is built."""
    folders = table("build_products")["folders"]
    if any(part in folders for part in handler.module.split("/")):
        return True
    if handler.language != "nodejs" or subject.context is None:
        return False
    if b'"build' in (subject.context.read("package.json") or b""):
        return True
    return any(file.path.endswith(_SOURCES) for file in subject.context.files)

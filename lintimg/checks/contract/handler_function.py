"""LI217: a handler whose function is not in its module."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join

from lintimg.checks.contract.handler_file import NamedHandler, handler_words, named_handlers
from lintimg.checks.contract.handlers import handler_language
from lintimg.checks.contract.image_contents import Contents, shipped_contents
from lintimg.checks.contract.module_names import ModuleNames, module_names, nearest_name
from lintimg.lint.image_files import inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_LIMIT = 300_000
_ENDINGS = {
    "python": ("/__init__.py", ".py"),
    "nodejs": (".js", ".mjs", ".cjs"),
    "ruby": (".rb",),
}
_SHOWN = 4


def handler_function_missing(subject: Subject) -> Iterator[Hit]:
    """A hit for each handler that names a function which its file, read from the build context, has not."""
    if subject.context is None:
        return
    language = handler_language(subject)
    if language in ("java", "dotnet"):
        from lintimg.checks.contract.compiled_method import method_missing

        yield from method_missing(subject, language, handler_words(subject, language))
        return
    for handler in named_handlers(subject):
        yield from _missing(subject, handler)


def handler_text(subject: Subject, handler: NamedHandler) -> tuple[str, str] | None:
    """The file of the context that the runtime loads for `handler`, and its text; None where that is not sure."""
    return _text(subject, handler, shipped_contents(subject, basename(handler.module)))


def looked_up(handler: NamedHandler) -> str:
    """The name that the runtime looks up in the module."""
    if handler.language == "ruby":
        return handler.function.rpartition(".")[2]
    return handler.function.partition(".")[0]


def _text(subject: Subject, handler: NamedHandler, contents: Contents) -> tuple[str, str] | None:
    found = _file(handler, contents)
    if found is None or any(inside(found[0], each) for each in contents.unknown if each != "/"):
        return None
    data = subject.context.read(found[1], _LIMIT + 1) if subject.context is not None else None
    if data is None or len(data) > _LIMIT:
        return None
    return found[1], data.decode("utf-8", "replace").removeprefix("\ufeff")


def _missing(subject: Subject, handler: NamedHandler) -> Iterator[Hit]:
    contents = shipped_contents(subject, basename(handler.module))
    if _file(handler, contents) is None:
        yield from _module_for_function(handler, contents)
        return
    found = _text(subject, handler, contents)
    if found is None:
        return
    file, text = found
    names = module_names(handler.language, text)
    function = looked_up(handler)
    stub = names is not None and names.stub and basename(file) != "__init__.py"
    if names is None or stub:
        return
    if handler.language == "ruby":
        from lintimg.checks.contract.ruby_handler import uncallable

        lacking = uncallable(text, handler.function) if function in names.names else None
        if lacking is not None:
            yield _hit(handler, file, lacking.name, None, lacking.error)
    if function in names.names:
        return
    yield _hit(handler, file, function, names, _error(handler, function))


def _file(handler: NamedHandler, contents: Contents) -> tuple[str, str] | None:
    """The path of the module in the image and in the context, None when there is not just one."""
    found = [
        (path, contents.files[path])
        for folder in handler.folders
        for ending in _ENDINGS[handler.language]
        if (path := join(folder, handler.module) + ending) in contents.files
    ]
    return found[0] if len({file for _, file in found}) == 1 and found[0][1] else None


def _module_for_function(handler: NamedHandler, contents: Contents) -> Iterator[Hit]:
    """A hit for `package.module`, where the function of the module is still to be named."""
    if handler.language != "python" or contents.unknown:
        return
    for folder in handler.folders:
        package = join(folder, handler.module)
        file = contents.files.get(f"{package}/{handler.function}.py")
        if file and f"{package}/__init__.py" not in contents.files and f"{package}.py" not in contents.files:
            values = {
                "handler": handler.text,
                "file": file,
                "function": handler.function,
                "module": handler.module.replace("/", "."),
                "names": "",
                "correct": f"{handler.text}.handler",
            }
            yield Hit(
                handler.span,
                values,
                variant="module",
                details={"handler": handler.text, "file": file},
                path=handler.path,
            )
            return


def _hit(handler: NamedHandler, file: str, function: str, names: ModuleNames | None, error: str) -> Hit:
    functions = () if names is None else names.functions
    nearest = nearest_name(function, functions)
    correct = "" if nearest is None else _with_function(handler, function, nearest)
    values = {
        "handler": handler.text,
        "file": file,
        "function": function,
        "module": handler.module.replace("/", ".") if handler.language == "python" else handler.module,
        "names": ", ".join(functions[:_SHOWN]) + (", …" if len(functions) > _SHOWN else ""),
        "correct": correct,
    }
    variant = "near" if nearest is not None else "names" if functions else ""
    return Hit(
        handler.span,
        values | {"error": error},
        edits=(HitEdit(handler.span, f'"{correct}"'),)
        if nearest is not None and handler.path is None
        else (),
        variant=variant,
        details={"handler": handler.text, "file": file, "function": function},
        path=handler.path,
    )


def _error(handler: NamedHandler, function: str) -> str:
    if handler.language == "python":
        return f"Runtime.HandlerNotFound: Handler '{function}' missing on module '{handler.module.replace('/', '.')}'"
    if handler.language == "ruby":
        return f"undefined method '{function}'"
    return f"Runtime.HandlerNotFound: {handler.text} is undefined or not exported"


def _with_function(handler: NamedHandler, function: str, nearest: str) -> str:
    whole = handler.function
    replaced = (
        whole[: -len(function)] + nearest if whole.endswith(function) else nearest + whole[len(function) :]
    )
    return handler.text[: len(handler.text) - len(whole)] + replaced

"""LI807: a handler whose module, or function, is not among the image's files."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join

from lintimg.aws.handlers import handler_problem, wrapped_by
from lintimg.checks.built.language import language_of
from lintimg.checks.built.program import encoded, on_aws_entrypoint
from lintimg.checks.contract.handlers import is_program_name
from lintimg.checks.contract.module_names import module_names
from lintimg.image.tree import FileTree
from lintimg.lazy import NamedTuple
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.wording import listing
from lintimg.text import path_text

_ENDINGS = {
    "python": (".py", "/__init__.py", ".pyc", ".so"),
    "nodejs": ("", ".js", ".mjs", ".cjs", ".jsx", ".ts"),
    "ruby": (".rb",),
}
_CLIENTS = (("awslambdaric", "python"), ("aws-lambda-ric", "nodejs"), ("aws_lambda_ric", "ruby"))
_PATHS = ("PYTHONPATH", "NODE_PATH", "RUBYLIB", "GEM_PATH")
_LARGEST = 300_000
_PACKAGES = (b"/site-packages/", b"/dist-packages/", b"/node_modules/", b"/gems/")


class _Handler(NamedTuple):
    text: str
    language: str
    module: str
    function: str
    folders: tuple[str, ...]


def missing_handler(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for a handler whose module the runtime will not find, or whose function its module does not have."""
    tree = subject.tree
    handler = None if tree is None else _handler(subject)
    if tree is None or handler is None:
        return
    stems = [join(folder, handler.module) for folder in handler.folders]
    for stem in stems:
        for ending in _ENDINGS[handler.language]:
            path = tree.resolve(encoded(stem + ending))
            if path is not None and path not in tree.folders:
                yield from _missing_function(handler, tree, path)
                return
    if any(tree.is_folder(encoded(stem)) for stem in stems) or _elsewhere(tree, handler, stems):
        return
    near = _near(tree, handler, stems)
    yield ImageHit(
        {
            "handler": handler.text,
            "file": stems[0] + _ENDINGS[handler.language][0 if handler.language != "nodejs" else 1],
            "near": near or "",
        },
        variant="" if near is None else "case",
        details={"handler": handler.text, "problem": "file"},
    )


def _handler(subject: BuiltImage) -> _Handler | None:
    config = subject.config
    words = (*config.entrypoint, *config.cmd)
    language = None
    folders: list[str] = []
    if on_aws_entrypoint(subject):
        if len(words) != 2:
            return None
        language = language_of(subject)
        folders.append(subject.environment.get("LAMBDA_TASK_ROOT") or "/var/task")
    elif len(words) > 1:
        clients = [client for name, client in _CLIENTS if any(name in word for word in words[:-1])]
        language = clients[0] if clients else None
    text = words[-1] if words else ""
    if language not in _ENDINGS or "AWS_LAMBDA_EXEC_WRAPPER" in subject.environment:
        return None
    if wrapped_by(text) or is_program_name(text, language) or handler_problem(language, text) is not None:
        return None
    if text.startswith("/") or "node_modules" in text or "$" in text:
        return None
    folders.append(config.working_dir or "/")
    for name in _PATHS:
        folders += [path for path in subject.environment.get(name, "").split(":") if path.startswith("/")]
    folder, _, last = text.rpartition("/")
    if language == "python":
        module, _, function = text.rpartition(".")
        module = module.replace(".", "/")
    else:
        module, _, function = last.partition(".")
        module = join(folder, module)
    return _Handler(text, language, module, function, tuple(dict.fromkeys(folders)))


def _elsewhere(tree: FileTree, handler: _Handler, stems: list[str]) -> bool:
    """Is the module there under an ending of its own, or among the installed packages."""
    fronts = tuple(encoded(stem + ".") for stem in stems)
    tail = encoded(f"/{handler.module}")
    for path in tree.paths:
        if path.startswith(fronts):
            return True
        if any(mark in path for mark in _PACKAGES) and (
            path.endswith(tail) or tail + b"." in path or tail + b"/" in path
        ):
            return True
    return False


def _near(tree: FileTree, handler: _Handler, stems: list[str]) -> str | None:
    """A file that is the module but for the case of its name."""
    wanted = {
        encoded(stem + ending).lower() for stem in stems for ending in _ENDINGS[handler.language] if ending
    }
    return next((path_text(path) for path in tree.paths if path.lower() in wanted), None)


def _missing_function(handler: _Handler, tree: FileTree, path: bytes) -> Iterator[ImageHit]:
    place = tree.paths.get(path)
    if place is None or path.endswith((b".so", b".pyc")) or tree.size(place) > _LARGEST:
        return
    data = tree.read(place, _LARGEST)
    if data is None:
        return
    names = module_names(handler.language, data.decode("utf-8", "replace").removeprefix("\ufeff"))
    function = handler.function.partition(".")[0]
    if handler.language == "ruby":
        function = handler.function.rpartition(".")[2]
    if (
        names is None
        or function in names.names
        or (names.stub and data.strip() and not path.endswith(b"__init__.py"))
    ):
        return
    yield ImageHit(
        {
            "handler": handler.text,
            "function": function,
            "file": path_text(path),
            "names": listing(names.functions) or "no function",
            "module": basename(handler.module),
        },
        variant="function",
        details={"handler": handler.text, "problem": "function", "functions": list(names.functions[:10])},
        layer=place.layer,
        path=path,
    )

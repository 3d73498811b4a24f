"""LI809: an image in which nothing asks Lambda for events."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.handlers import looks_like_handler
from lintimg.checks.built.language import language_of
from lintimg.checks.built.libraries import elf_of
from lintimg.checks.built.program import lookup, on_aws_entrypoint, started, started_words
from lintimg.checks.program import classified
from lintimg.image.tree import FileTree
from lintimg.lazy import regex
from lintimg.lint.built import BuiltImage, ImageHit

_CLIENT = regex(
    rb"awslambdaric/|aws-lambda-ric/|aws_lambda_ric|runtime-interface-client|Amazon\.Lambda\.RuntimeSupport"
    rb"|extensions/lambda-adapter|(?:^|/)bootstrap\Z|(?:^|/)bref/|lambda[-_]runtime|aws-lambda-go/|serverless-express"
    rb"|mangum|\.jar\Z|laravel-vapor|gunicorn_lambda|chalice/|(?:^|/)lambda-entrypoint\.sh\Z"
)
_WORDS = (
    b"lambda",
    b"Lambda",
    b"bootstrap",
    b"bref/",
    b"runtime-interface-client",
    b"serverless-express",
    b"mangum",
    b".jar",
    b"laravel-vapor",
    b"chalice/",
)
"""What every path that the pattern fits holds one of."""
_BOOTSTRAPS = (b"var/runtime/bootstrap", b"var/task/bootstrap", b"opt/bootstrap")
_ENGINES = ("interpreter", "launcher", "server")
_HINTS = (b"AWS_LAMBDA_RUNTIME_API", b"2018-06-01/runtime", b"awslambdaric", b"aws-lambda-ric")
_HEAD = 65_536


def no_client(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit where no runtime interface client, no web adapter and no bootstrap is to be found."""
    tree = subject.tree
    if tree is None:
        return
    if on_aws_entrypoint(subject):
        if language_of(subject) == "provided" and not any(tree.is_file(path) for path in _BOOTSTRAPS):
            yield ImageHit(variant="bootstrap", details={"problem": "bootstrap"})
        return
    words = started_words(subject)
    program = classified(words)
    if not words or _has_client(tree):
        return
    if len(words) == 1 and looks_like_handler(words[0]) and lookup(subject, tree, words[0]) is None:
        yield ImageHit({"program": words[0]}, variant="handler", details={"problem": "handler"})
    elif program.kind in _ENGINES and not _own_client(subject, tree, words):
        yield ImageHit({"program": program.name}, severity="warning", details={"problem": "client"})


def _has_client(tree: FileTree) -> bool:
    return tree.holds(_WORDS) and any(_CLIENT.search(path) is not None for path in tree.paths)


def _own_client(subject: BuiltImage, tree: FileTree, words: tuple[str, ...]) -> bool:
    """May what starts talk to Lambda itself: a compiled program of its own, or a script that names the interface."""
    for program in started(subject, tree)[:1]:
        place = None if program.path is None else tree.paths.get(program.path)
        if place is not None and program.word.rpartition("/")[2] not in words[0] and elf_of(tree, place):
            return True
    for word in words[1:]:
        path = lookup(subject, tree, word if "/" in word else f"./{word}")
        if path is None:
            continue
        data = tree.read_path(path, _HEAD)
        if data is None or any(hint in data for hint in _HINTS):
            return True
    return False

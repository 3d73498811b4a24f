"""Whether a built image is made for Lambda, by what it starts and holds."""

from __future__ import annotations

from lintimg.image.tree import FileTree
from lintimg.lazy import regex
from lintimg.model.image import ImageConfig

AWS_ENTRYPOINT = "/lambda-entrypoint.sh"
"""What AWS's base images start."""

_CLIENT = regex(r"awslambdaric|aws-lambda-ric\b|aws_lambda_ric|lambda\.runtime\.api\.client|aws-lambda-rie\b")
_FILES = (
    (b"var/runtime/bootstrap", "Lambda's bootstrap"),
    (b"lambda-entrypoint.sh", "the entry script of AWS's base images"),
    (b"opt/extensions/lambda-adapter", "the Lambda Web Adapter"),
    (b"usr/local/bin/aws-lambda-rie", "the Runtime Interface Emulator"),
)


def image_evidence(config: ImageConfig, tree: FileTree | None) -> str | None:
    """A sentence on what shows that an image is for Lambda, None if nothing does."""
    started = (*config.entrypoint, *config.cmd)
    if AWS_ENTRYPOINT in config.entrypoint[:1]:
        return "it starts the entry script of AWS's base images"
    for word in started:
        if _CLIENT.search(word):
            return "it starts a Lambda runtime interface client"
    if any(entry.startswith("LAMBDA_TASK_ROOT=") for entry in config.env):
        return "it sets LAMBDA_TASK_ROOT"
    if not config.entrypoint and len(config.cmd) == 1:
        from lintimg.aws.handlers import looks_like_handler

        if looks_like_handler(config.cmd[0]):
            return "its CMD has the shape of a handler"
    for path, what in _FILES if tree is not None else ():
        if tree is not None and path in tree.paths:
            return f"it holds {what}"
    return None

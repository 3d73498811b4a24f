"""Terraform: functions of package type Image, and the images built beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.context.deployment import Deployment
from lintimg.context.hcl import Block, read_blocks, value
from lintimg.context.placement import SourceFile, architecture, arguments, number, placed, resolve, words
from lintimg.lazy import NamedTuple, regex

_BUILT = regex(r"\b(module|docker_image|docker_registry_image)\.([A-Za-z_][\w-]*)")


class _Image(NamedTuple):
    """An image that Terraform builds."""

    source: SourceFile
    block: Block
    context: str | None
    dockerfile: str | None
    target: str | None
    architecture: str | None
    arguments: tuple[tuple[str, str | None], ...]


def read(sources: Sequence[SourceFile]) -> Iterator[Deployment]:
    """The image functions of one folder's files, which Terraform reads as one, and the images nobody runs."""
    module = _Module(sources)
    run: set[tuple[str, str]] = set()
    for source, block in module.blocks:
        if not _runs_an_image(block, module):
            continue
        image = None
        for reference in _BUILT.findall(_expanded(block.attributes.get("image_uri", ""), module)):
            if reference in module.images:
                image = module.images[reference]
                run.add(reference)
                break
        yield _function(source, block, image, module)
    for reference, image in module.images.items():
        if reference not in run:
            yield _deployment(image.source, image.block, image, function=False)


def _expanded(expression: str, module: _Module) -> str:
    """`expression` with the locals it names put in, once."""
    return re.sub(r"\blocal\.([A-Za-z_][\w-]*)", lambda found: module.locals.get(found[1], ""), expression)


class _Module:
    """The blocks of one folder, its variables and the images it builds."""

    def __init__(self, sources: Sequence[SourceFile]) -> None:
        self.folder = sources[0].folder
        self.blocks: list[tuple[SourceFile, Block]] = []
        self.locals: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.images: dict[tuple[str, str], _Image] = {}
        self._looking: set[str] = set()
        for source in sources:
            for block in read_blocks(source.text).blocks:
                self.blocks.append((source, block))
                if block.type == "locals":
                    self.locals.update(block.attributes)
                elif block.type == "variable" and block.labels and "default" in block.attributes:
                    self.defaults[block.labels[0]] = block.attributes["default"]
        for source, block in self.blocks:
            image = self._image(source, block)
            if image is not None:
                kind = "module" if block.type == "module" else block.labels[0]
                self.images[kind, block.labels[-1]] = image

    def value(self, block: Block | None, name: str) -> object:
        """An attribute's value, None when it is absent or not known."""
        if block is None or name not in block.attributes:
            return None
        return value(block.attributes[name], self.lookup)

    def lookup(self, reference: str) -> object:
        """What `path.module`, `var.…` with a default and `local.…` stand for."""
        if reference in ("path.module", "path.root", "path.cwd"):
            return self.folder
        kind, _, name = reference.partition(".")
        expression = {"var": self.defaults, "local": self.locals}.get(kind, {}).get(name)
        if expression is None or reference in self._looking or len(self._looking) > 10:
            return None
        self._looking.add(reference)
        try:
            return value(expression, self.lookup)
        finally:
            self._looking.discard(reference)

    def _image(self, source: SourceFile, block: Block) -> _Image | None:
        if block.type == "module" and len(block.labels) == 1:
            if "docker-build" not in block.attributes.get("source", ""):
                return None
            context = resolve(self.folder, self.value(block, "source_path"))
            given = self.value(block, "docker_file_path") if "docker_file_path" in block.attributes else None
            named = "docker_file_path" in block.attributes
            return _Image(
                source,
                block,
                context,
                placed(context, (given or "") if named else None),
                None,
                architecture(self.value(block, "platform")),
                arguments(self.value(block, "build_args")),
            )
        if block.type != "resource" or len(block.labels) != 2:
            return None
        build = block.block("build")
        if block.labels[0] not in ("docker_image", "docker_registry_image") or build is None:
            return None
        context = resolve(self.folder, self.value(build, "context") or self.value(build, "path"))
        named = "dockerfile" in build.attributes
        target = self.value(build, "target")
        key = "build_args" if "build_args" in build.attributes else "build_arg"
        return _Image(
            source,
            block,
            context,
            placed(context, (self.value(build, "dockerfile") or "") if named else None),
            target if isinstance(target, str) else None,
            architecture(self.value(build, "platform")),
            arguments(self.value(build, key)),
        )


def _runs_an_image(block: Block, module: _Module) -> bool:
    if module.value(block, "package_type") != "Image":
        return False
    return block.type == "module" or block.labels[:1] == ("aws_lambda_function",)


def _function(source: SourceFile, block: Block, image: _Image | None, module: _Module) -> Deployment:
    config = block.block("image_config")
    names = (
        ("image_config_command", "image_config_entry_point")
        if block.type == "module"
        else ("command", "entry_point")
    )
    holder = block if block.type == "module" else config
    storage = module.value(block, "ephemeral_storage_size") or module.value(
        block.block("ephemeral_storage"), "size"
    )
    dynamic = any(inner.type == "dynamic" and "image_config" in inner.labels for inner in block.blocks)
    return _deployment(source, block, image, function=True)._replace(
        architecture=architecture(module.value(block, "architectures"))
        or (image.architecture if image is not None else None),
        command=words(module.value(holder, names[0])),
        entrypoint=words(module.value(holder, names[1])),
        ephemeral_storage=number(storage),
        command_given=dynamic or (holder is not None and names[0] in holder.attributes),
    )


def _deployment(source: SourceFile, block: Block, image: _Image | None, *, function: bool) -> Deployment:
    return Deployment(
        tool="terraform",
        path=source.relative,
        line=block.line,
        dockerfile=image.dockerfile if image is not None else None,
        context=image.context if image is not None else None,
        target=image.target if image is not None else None,
        function=function,
        architecture=image.architecture if image is not None else None,
        command=None,
        entrypoint=None,
        ephemeral_storage=None,
        build_arguments=image.arguments if image is not None else (),
        name=block.labels[-1] if block.labels else None,
    )

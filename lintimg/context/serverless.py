"""The Serverless Framework's serverless.yml: images it builds, and the functions that run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintimg.context.dependency import mapping
from lintimg.context.deployment import Deployment
from lintimg.context.placement import SourceFile, architecture, arguments, number, placed, resolve, words
from lintimg.context.template import Located, read_template, substituted


def read(source: SourceFile) -> Iterator[Deployment]:
    """The image functions of a service.

    Raises TemplateError when it cannot be read.
    """
    document = substituted(read_template(source.text), {})
    provider = mapping(document.get("provider"))
    images = mapping(mapping(provider.get("ecr")).get("images"))
    functions = document.get("functions")
    if not isinstance(functions, Located):
        return
    for name, value in functions.items():
        entry = mapping(value)
        if entry.get("image"):
            yield _function(source, name, functions.line(name), entry, provider, images)


def _function(
    source: SourceFile,
    name: str,
    line: int,
    entry: Mapping[str, Any],
    provider: Mapping[str, Any],
    images: Mapping[str, Any],
) -> Deployment:
    image = entry["image"]
    options = mapping(image)
    called = options.get("name") if options else image
    built = images.get(called) if isinstance(called, str) else None
    build = mapping(built)
    # An image may be given by its folder alone; with `uri`, or as an address, it comes from a registry.
    folder = build.get("path", "." if "file" in build else None) if build else built
    context = None if "uri" in build else resolve(source.folder, folder)
    if context is not None and not build and ("dkr.ecr" in str(built) or "@" in str(built)):
        context = None
    platform = architecture(build.get("platform"))
    return Deployment(
        tool="serverless",
        path=source.relative,
        line=line,
        dockerfile=placed(context, build.get("file")),
        context=context,
        target=None,
        function=True,
        architecture=architecture(entry.get("architecture", provider.get("architecture"))) or platform,
        command=words(options.get("command")),
        entrypoint=words(options.get("entryPoint")),
        ephemeral_storage=number(entry.get("ephemeralStorageSize")),
        build_arguments=arguments(build.get("buildArgs")),
        command_given="command" in options,
        name=name,
    )

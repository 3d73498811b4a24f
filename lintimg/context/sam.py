"""SAM and CloudFormation templates: functions of package type Image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintimg.context.dependency import mapping
from lintimg.context.deployment import Deployment
from lintimg.context.placement import SourceFile, architecture, arguments, number, placed, resolve, words
from lintimg.context.template import Located, read_functions, substituted


def read(source: SourceFile) -> Iterator[Deployment]:
    """The image functions of a template.

    Raises TemplateError when it cannot be read.
    """
    document = read_functions(source.text)
    parameters = mapping(document.get("Parameters"))
    document = substituted(document, parameters)
    shared = mapping(mapping(document.get("Globals")).get("Function"))
    resources = document.get("Resources")
    if not isinstance(resources, Located):
        return
    for name, resource in resources.items():
        entry = mapping(resource)
        kind = entry.get("Type")
        if kind not in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            continue
        own = mapping(entry.get("Properties"))
        properties = {**shared, **own} if kind == "AWS::Serverless::Function" else own
        if properties.get("PackageType") == "Image":
            yield _function(source, name, resources.line(name), properties, mapping(entry.get("Metadata")))


def _function(
    source: SourceFile, name: str, line: int, properties: Mapping[str, Any], metadata: Mapping[str, Any]
) -> Deployment:
    uri = properties.get("ImageUri")
    context = dockerfile = None
    if "DockerContext" in metadata or "Dockerfile" in metadata:
        context = resolve(source.folder, metadata.get("DockerContext", "."))
        dockerfile = placed(context, metadata.get("Dockerfile"))
    elif isinstance(uri, str) and (not uri or uri.startswith(".")):
        # The .NET tools build the project folder that stands in place of an image.
        context = resolve(source.folder, uri or ".")
        dockerfile = placed(context, None)
    config = mapping(properties.get("ImageConfig"))
    return Deployment(
        tool="sam",
        path=source.relative,
        line=line,
        dockerfile=dockerfile,
        context=context,
        target=_text(metadata.get("DockerBuildTarget")),
        function=True,
        architecture=architecture(properties.get("Architectures")),
        command=words(config.get("Command")),
        entrypoint=words(config.get("EntryPoint")),
        ephemeral_storage=number(mapping(properties.get("EphemeralStorage")).get("Size")),
        build_arguments=arguments(metadata.get("DockerBuildArgs")),
        command_given="Command" in config or (properties.get("ImageConfig", config) is None),
        name=name,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

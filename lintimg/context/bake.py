"""Bake files (`docker-bake.hcl`, `docker-bake.json`): targets of `docker buildx bake`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from lintimg.context.dependency import Lines, mapping
from lintimg.context.deployment import Deployment
from lintimg.context.hcl import read_blocks, value
from lintimg.context.placement import SourceFile, architecture, arguments, placed, resolve


def read(source: SourceFile) -> Iterator[Deployment]:
    """The targets of a file, what they inherit included.

    Raises ValueError when a JSON file cannot be read.
    """
    targets, lines = _json(source.text) if source.path.endswith(".json") else _hcl(source.text)
    for name, own in targets.items():
        options = _inherited(name, targets, 0)
        if "dockerfile-inline" in options:
            continue
        context = resolve(source.folder, options.get("context", "."))
        target = options.get("target")
        yield Deployment(
            tool="bake",
            path=source.relative,
            line=lines.get(name, 1),
            # Bake reads the Dockerfile relative to the context.
            dockerfile=placed(context, options.get("dockerfile", "Dockerfile") or ""),
            context=context,
            target=target if isinstance(target, str) else None,
            function=False,
            architecture=architecture(own.get("platforms", options.get("platforms"))),
            command=None,
            entrypoint=None,
            ephemeral_storage=None,
            build_arguments=arguments(options.get("args")),
            name=name,
        )


def _hcl(text: str) -> tuple[dict[str, Mapping[str, object]], dict[str, int]]:
    top = read_blocks(text)
    defaults = {
        block.labels[0]: block.attributes["default"]
        for block in top.blocks
        if block.type == "variable" and block.labels and "default" in block.attributes
    }

    def lookup(reference: str) -> object:
        expression = defaults.get(reference)
        # A default may name no other variable here: that keeps loops out.
        return None if expression is None else value(expression, lambda _: None)

    targets: dict[str, Mapping[str, object]] = {}
    lines: dict[str, int] = {}
    for block in top.blocks:
        if block.type == "target" and block.labels:
            name = block.labels[0]
            targets[name] = {key: value(expression, lookup) for key, expression in block.attributes.items()}
            lines[name] = block.line
    return targets, lines


def _json(text: str) -> tuple[dict[str, Mapping[str, object]], dict[str, int]]:
    try:
        document = mapping(json.loads(text))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    places = Lines(text)
    targets = {name: mapping(options) for name, options in mapping(document.get("target")).items()}
    return targets, {name: places.find(json.dumps(name)) or 1 for name in targets}


def _inherited(name: str, targets: Mapping[str, Mapping[str, object]], depth: int) -> dict[str, object]:
    """A target's options over those of the targets it inherits from."""
    own = targets.get(name, {})
    options: dict[str, object] = {}
    parents = own.get("inherits")
    if isinstance(parents, list) and depth < 4:
        for parent in parents[:5]:
            if isinstance(parent, str) and parent != name:
                options.update(_inherited(parent, targets, depth + 1))
    shared = mapping(options.get("args"))
    options.update(own)
    if shared:
        options["args"] = {**shared, **mapping(own.get("args"))}
    return options

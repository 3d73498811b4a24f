"""The part of the JSON report about built images."""

from __future__ import annotations

from typing import Any

from lintimg.model.image import (
    ContentCategory,
    ImageLayer,
    ImageReport,
    PathHistory,
    Suggestion,
    TreeNode,
    Waste,
)
from lintimg.report.json_parts import fix_to_json, line_to_json


def image_to_json(image: ImageReport) -> dict[str, Any]:
    """One image as plain data."""
    config = image.config
    return {
        "reference": image.reference,
        "source": image.source,
        "manifest_digest": image.manifest_digest,
        "os": image.os,
        "architecture": image.architecture,
        "verdict": {
            "lambda_accepts": image.verdict.lambda_accepts,
            "reasons": list(image.verdict.reasons),
        },
        "config": {
            "entrypoint": list(config.entrypoint),
            "cmd": list(config.cmd),
            "working_dir": config.working_dir,
            "env": list(config.env),
            "user": config.user,
            "labels": dict(sorted(config.labels.items())),
        },
        "size": image.size._asdict(),
        "layers": [_layer(layer) for layer in image.layers],
        "contents": [_category(category) for category in image.contents],
        "waste": [_waste(waste) for waste in image.waste],
        "suggestions": [_suggestion(suggestion) for suggestion in image.suggestions],
        "zip": None if image.zip is None else image.zip._asdict(),
        "largest": [
            {**file._asdict(), "dockerfile_line": line_to_json(file.dockerfile_line)}
            for file in image.largest
        ],
        "why": None if image.why is None else _history(image.why),
        "tree": None if image.tree is None else _node(image.tree),
    }


def _layer(layer: ImageLayer) -> dict[str, Any]:
    return {
        "index": layer.number,
        "diff_id": layer.diff_id,
        "digest": layer.digest,
        "media_type": layer.media_type,
        "bytes": layer.bytes,
        "compressed_bytes": layer.compressed_bytes,
        "files": layer.files,
        "command": layer.command,
        "from_base": layer.from_base,
        "wasted_bytes": layer.wasted_bytes,
        "dockerfile_line": line_to_json(layer.dockerfile_line),
    }


def _history(history: PathHistory) -> dict[str, Any]:
    steps = [
        {**step._asdict(), "dockerfile_line": line_to_json(step.dockerfile_line)} for step in history.steps
    ]
    return {**history._asdict(), "steps": steps}


def _node(node: TreeNode) -> dict[str, Any]:
    children = [_node(child) for child in node.children]
    return {**node._asdict(), "layers": list(node.layers), "children": children}


def _category(category: ContentCategory) -> dict[str, Any]:
    return {
        "category": category.category,
        "bytes": category.bytes,
        "items": [
            {**item._asdict(), "layers": list(item.layers), "shares": dict(item.shares)}
            for item in category.items
        ],
        "more": category.more,
    }


def _waste(waste: Waste) -> dict[str, Any]:
    return {**waste._asdict(), "paths": list(waste.paths)}


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "title": suggestion.title,
        "saving": None if suggestion.saving is None else suggestion.saving._asdict(),
        "rules": list(suggestion.rules),
        "dockerfile_line": line_to_json(suggestion.dockerfile_line),
        "fix": None if suggestion.fix is None else fix_to_json(suggestion.fix),
        "help": suggestion.help,
        "layers": list(suggestion.layers),
        "paths": list(suggestion.paths),
    }

"""Thresholds of a `.dive-ci` file, for teams that come from dive (its README, "CI Integration")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lintimg.cli.options import UsageError
from lintimg.image.gates import Gates
from lintimg.settings.units import read_size

NAME = ".dive-ci"
_LARGEST = 1 << 16
_OFF = ("disabled", "off", "false")


def read_dive_ci(folder: Path) -> Gates | None:
    """The thresholds in `folder`, None where there is no such file. Raises UsageError."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{NAME} cannot be read: {error.strerror}") from error
    rules = _rules(data)
    return Gates(
        max_waste=_value(rules, ("highest-wasted-bytes", "highestWastedBytes"), read_size),
        min_efficiency=_value(rules, ("lowest-efficiency", "lowestEfficiency"), float),
        max_wasted_share=_value(rules, ("highest-user-wasted-percent", "highestUserWastedPercent"), float),
    )


def _rules(data: bytes) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe", pure=True).load(data)
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{NAME} is no valid YAML") from error
    rules = document.get("rules", document) if isinstance(document, dict) else None
    return rules if isinstance(rules, dict) else {}


def _value(rules: dict[str, Any], names: tuple[str, str], read: Any) -> Any:
    for name in names:
        value = rules.get(name)
        if value is None or str(value).lower() in _OFF:
            continue
        try:
            return read(str(value))
        except ValueError as error:
            raise UsageError(f"{NAME}: {name}: {error}") from error
    return None

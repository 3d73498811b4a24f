"""Thresholds that a team sets for its images."""

from __future__ import annotations

from lintimg.lazy import NamedTuple
from lintimg.model.image import ImageReport
from lintimg.text import size_text


class Gates(NamedTuple):
    """Limits in bytes, and shares between 0 and 1; None for those not set."""

    max_size: int | None = None
    max_waste: int | None = None
    min_efficiency: float | None = None
    """The visible share of all bytes."""
    max_wasted_share: float | None = None
    """Of the bytes above the lowest layer: what dive calls user wasted percent."""


def broken_gates(image: ImageReport, gates: Gates) -> tuple[str, ...]:
    """A sentence for each threshold that the image misses; what is not known breaks none."""
    size = image.size
    total, wasted = size.uncompressed, size.wasted
    found = []
    if gates.max_size is not None and total is not None and total > gates.max_size:
        found.append(f"{size_text(total)} are more than the allowed {size_text(gates.max_size)}")
    if wasted is None or total is None:
        return tuple(found)
    if gates.max_waste is not None and wasted > gates.max_waste:
        found.append(f"{size_text(wasted)} wasted are more than the allowed {size_text(gates.max_waste)}")
    efficiency = 1 - wasted / total if total else 1.0
    if gates.min_efficiency is not None and efficiency < gates.min_efficiency:
        found.append(f"the efficiency {efficiency:.4f} is below the wanted {gates.min_efficiency}")
    own = sum(layer.bytes or 0 for layer in image.layers[1:])
    share = wasted / own if own else 0.0
    if gates.max_wasted_share is not None and share > gates.max_wasted_share:
        found.append(
            f"{share:.1%} of the bytes above the lowest layer are wasted,"
            f" more than the allowed {gates.max_wasted_share:.1%}"
        )
    return tuple(found)

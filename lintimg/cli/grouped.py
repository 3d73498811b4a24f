"""Help that lists a command's options by purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    # Typer's own copy of click moves between its releases.
    _Context = Any
    _Formatter = Any


class GroupedCommand(TyperCommand):
    """A command whose help lists its options by purpose: the `rich_help_panel` of each, without rich."""

    def format_options(self, ctx: _Context, formatter: _Formatter) -> None:
        """Writes the sections in the order of their first parameter, what belongs nowhere last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                title = getattr(parameter, "rich_help_panel", None) or "Other"
                sections.setdefault(title, []).append(record)
        for title, records in sorted(sections.items(), key=lambda section: section[0] == "Other"):
            with formatter.section(title):
                formatter.write_dl(records)

"""The shell text of an instruction: RUN, and the shell forms of CMD, ENTRYPOINT and HEALTHCHECK."""

from __future__ import annotations

from lintimg.dockerfile.document import Instruction
from lintimg.shell.script import Script


def read_run(instruction: Instruction, shell: tuple[str, ...], escape: str) -> tuple[Script, ...]:
    """The scripts `instruction` runs under SHELL `shell`, one for its line and one for each here-document
    that is a script. `sh -c "…"` is read through, its commands in place of the outer one. An exec
    form is one command. Never raises; what cannot be read is a Script with `unread` set.
    """
    raise NotImplementedError

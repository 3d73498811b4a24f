"""What the rules for built images look at, and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from lintimg.contents.report import contents
from lintimg.contents.survey import survey
from lintimg.image.configuration import read_config
from lintimg.image.document import text
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.image.tree import FileTree
from lintimg.lazy import NamedTuple
from lintimg.lint.image_kind import image_evidence
from lintimg.lint.policy import Policy
from lintimg.model.finding import Kind, Saving, Severity
from lintimg.model.image import ContentCategory, ImageConfig

_LISTED = 10
"""Parts of a category that are named."""


class ImageHit(NamedTuple):
    """What a check found in an image: the layer or path, and the values of the message.

    `path` is as layers have it, without leading slash. The rest is as in `Hit`.
    """

    values: Mapping[str, object] = {}
    variant: str = ""
    severity: Severity | None = None
    details: Mapping[str, object] = {}
    layer: int | None = None
    path: bytes | None = None
    saving: Saving | None = None


class BuiltImage:
    """A built image under check."""

    def __init__(
        self,
        image: Image,
        stack: LayerStack | None,
        policy: Policy,
        declared: Kind | None = None,
        base: int | None = None,
        known: tuple[ContentCategory, ...] | None = None,
    ) -> None:
        """`stack` is None where the image's files are not known; `declared` is the kind someone says it is.

        `base` is how many layers are the base image's, None where that is not known; `known` is what the
        image holds, where someone has looked already.
        """
        self.base = base
        self._known = known
        self.image = image
        self.stack = stack
        self.policy = policy
        self._declared = declared

    @cached_property
    def config(self) -> ImageConfig:
        """What the image starts."""
        return read_config(self.image.configuration)

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables of the configuration."""
        return dict(entry.partition("=")[::2] for entry in self.config.env)

    @cached_property
    def tree(self) -> FileTree | None:
        """The files that a container sees; None where they are not known."""
        return None if self.stack is None else FileTree(self.image, self.stack)

    @cached_property
    def contents(self) -> tuple[ContentCategory, ...]:
        """What the visible bytes are; empty where the files are not known."""
        if self._known is not None or self.stack is None:
            return self._known or ()
        return contents(survey(self.image, self.stack, self.base), _LISTED)

    @cached_property
    def evidence(self) -> str | None:
        """What shows that the image is for Lambda, None if nothing does."""
        return image_evidence(self.config, self.tree)

    @cached_property
    def kind(self) -> Kind:
        """What the image is for: as declared, else by the evidence in it."""
        return self._declared or ("generic" if self.evidence is None else "lambda")

    @property
    def system(self) -> str:
        """The operating system, such as linux; empty where it is not said."""
        return text(self.image.configuration.get("os")).lower()

    @property
    def architecture(self) -> str:
        """The architecture as Go names it, such as amd64; empty where it is not said."""
        return text(self.image.configuration.get("architecture")).lower()


ImageCheck = Callable[[BuiltImage], Iterable[ImageHit]]

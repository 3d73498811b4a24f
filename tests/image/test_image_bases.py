"""Which layers are the base image's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lintimg.image.bases import base_layers
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Layer, Manifest, Step

_AWS = (
    "ADD 3c3e9ff8d2f4b5d9fd8e8b.tar.xz / # buildkit",
    "ADD 5a1d7e0b96a0f6c3f1d2ab.tar.xz / # buildkit",
    "ENV LANG=en_US.UTF-8",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "WORKDIR /var/task",
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
)
_DEBIAN = ("/bin/sh -c #(nop) ADD file:ab in / ", '/bin/sh -c #(nop)  CMD ["bash"]')
_PYTHON = (
    *_DEBIAN,
    "RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates # buildkit",
    "ENV PYTHON_VERSION=3.12.4",
    "ENV PYTHON_SHA256=f6d4",
    "RUN /bin/sh -c set -eux; make # buildkit",
    'CMD ["python3"]',
)


def _image(commands: Sequence[str]) -> Image:
    steps = [
        Step(
            command,
            "",
            "ENV" in command or "CMD" in command or "ENTRYPOINT" in command or "WORKDIR" in command,
        )
        for command in commands
    ]
    layers = tuple(
        Layer(f"sha256:{number}", None, None, None, step, None)
        for number, step in enumerate(steps)
        if not step.empty
    )
    return Image("app", "archive", Manifest(None, None, None), {}, tuple(steps), layers)


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ((*_AWS, "COPY app.py . # buildkit", 'CMD ["app.handler"]'), 2),
        ((*_DEBIAN, "RUN /bin/sh -c true", 'CMD ["bash"]'), 1),
        ((*_PYTHON, "COPY . .", 'CMD ["python3"]'), 3),
        (("# debian.sh --arch 'amd64' out/ 'trixie' '@1750'", "RUN x"), 1),
        (("COPY rootfs / # buildkit", "RUN true"), None),
        (("COPY app /app", 'ENTRYPOINT ["/lambda-entrypoint.sh"]'), None),
        ((), None),
    ],
)
def test_the_history_of_known_images_ends_where_they_do(
    commands: Sequence[str], expected: int | None
) -> None:
    assert base_layers(_image(commands)) == expected


def test_a_given_base_is_compared_by_its_layers() -> None:
    image = _image(("a", "b", "c"))
    assert base_layers(image, _image(("a", "b"))) == 2
    with pytest.raises(ImageError, match="not built on app"):
        base_layers(image, _image(("a", "b", "c", "d")))

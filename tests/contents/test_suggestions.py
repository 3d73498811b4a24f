"""What can be done about an image, and what each thing saves."""

from __future__ import annotations

from collections.abc import Sequence

from lintimg.contents.suggest import suggestions
from lintimg.model.image import ImageLayer, Suggestion
from tests.contents.pictures import surveyed
from tests.image.layers import Item

SITE = "usr/local/lib/python3.12/site-packages"
MB = 1_000_000


def _suggested(
    layers: Sequence[Sequence[Item]], commands: Sequence[str] = (), base: int | None = None
) -> dict[str, Suggestion]:
    found = surveyed(layers, commands=commands)._replace(base=base)
    shown = [
        ImageLayer(number, None, None, None, None, None, None, command, None, None, None)
        for number, command in enumerate(commands or [""] * len(layers))
    ]
    result = suggestions(found, shown)
    saved = [suggestion.saving.bytes for suggestion in result if suggestion.saving]
    assert saved == sorted(saved, reverse=True)
    assert sum(saved) <= found.stack.uncompressed
    return {suggestion.title: suggestion for suggestion in result}


def _saved(suggestion: Suggestion) -> int:
    assert suggestion.saving is not None
    assert suggestion.saving.basis == "measured"
    assert suggestion.help
    return suggestion.saving.bytes


def _wheel(name: str, files: dict[str, int], site: str = SITE, version: str = "1.0") -> list[Item]:
    info = f"{site}/{name}-{version}.dist-info/RECORD"
    return [
        *(Item(f"{site}/{path}", bytes(size)) for path, size in files.items()),
        Item(info, "".join(f"{path},,\n" for path in files).encode()),
    ]


def test_cuda_libraries_are_of_no_use() -> None:
    layer = [
        *_wheel("torch", {"torch/lib/libtorch_cpu.so": 2 * MB, "torch/lib/libtorch_cuda.so": 3 * MB}),
        *_wheel("nvidia_cudnn_cu12", {"nvidia/cudnn/lib/libcudnn.so.9": 4 * MB}),
        *_wheel("triton", {"triton/_C/libtriton.so": 5 * MB}),
    ]
    (found,) = _suggested([layer]).values()
    assert 12 * MB < _saved(found) < 12.1 * MB
    assert "https://download.pytorch.org/whl/cpu" in found.help
    assert found.rules == ("LI404",)


def test_a_cache_that_a_later_layer_deletes_is_still_a_matter_of_the_cache() -> None:
    layers = [[Item("root/.cache/pip/a", bytes(2 * MB))], [Item("root/.cache/.wh.pip")]]
    (found,) = _suggested(layers).values()
    assert found.title == "pip's cache is in layer 0"
    assert _saved(found) == 2 * MB


def test_what_layers_do_to_those_below() -> None:
    layers = [
        [
            Item("srv/a", bytes(3 * MB), mode=0o600),
            Item("srv/b", bytes(2 * MB)),
            Item("srv/c", bytes(4 * MB)),
        ],
        [Item("srv/a", bytes(3 * MB), mode=0o644)],
        [Item("srv/b", bytes(2 * MB), mtime=1)],
        [Item("srv/.wh.c")],
    ]
    found = _suggested(layers, ["COPY dir:1 in /srv", "RUN chmod", "RUN sed", "RUN rm"])
    assert {title: _saved(each) for title, each in found.items()} == {
        "Layer 3 deletes what layer 0 brought, which frees nothing": 4 * MB,
        "Layer 1 copies files for a change of mode or owner alone": 3 * MB,
        "Layer 2 writes files of layer 0 again": 2 * MB,
    }
    assert ".dockerignore" in found["Layer 3 deletes what layer 0 brought, which frees nothing"].help
    assert not _suggested(layers, ["COPY dir:1 in /srv", "RUN chmod", "RUN sed", "RUN rm"], base=1)


def test_build_tools_are_those_of_a_layer_that_installs() -> None:
    layer = [
        Item("var/lib/dpkg/info/gcc-12.list", b"/usr/lib/gcc/cc1\n"),
        Item("var/lib/dpkg/info/libgomp1.list", b"/usr/lib/x/libgomp.so\n"),
        Item("usr/lib/gcc/cc1", bytes(3 * MB)),
        Item("usr/lib/x/libgomp.so", bytes(MB)),
        Item("usr/include/x.h", bytes(2 * MB)),
    ]
    (found,) = _suggested([layer], ["RUN /bin/sh -c apt-get update && apt-get install -y gcc"]).values()
    assert found.title == "Build tools are in the image: gcc-12"
    assert _saved(found) == 5 * MB
    assert not _suggested([layer], ["ADD rootfs.tar /"])


def test_what_build_tools_brought_along_goes_with_them() -> None:
    status = (
        "Package: gcc-12\nDepends: libisl23 (>= 0.15), libgomp1 | x, libc6\nVersion: 1\n\n"
        "Package: ffmpeg\nDepends: libgomp1\n\nPackage: libisl23\nPre-Depends: libc6\n"
    )
    names = ("gcc-12", "libisl23", "libgomp1", "ffmpeg", "libc6")
    lists = [Item(f"var/lib/dpkg/info/{name}.list", f"/usr/lib/{name}/x\n".encode()) for name in names]
    layers = [
        [Item("usr/lib/libc6/x", bytes(MB))],
        [
            Item("var/lib/dpkg/status", status.encode()),
            *lists,
            *(Item(f"usr/lib/{name}/x", bytes((number + 1) * MB)) for number, name in enumerate(names)),
        ],
    ]
    (found,) = _suggested(layers, ["ADD x /", "RUN apt-get install -y gcc ffmpeg"]).values()
    assert _saved(found) == 3 * MB


def test_packages_that_are_there_twice() -> None:
    opencv = {"cv2/cv2.so": 2 * MB}
    layers = [
        [*_wheel("boto3", {"boto3/a.py": MB}, "var/lang/lib/python3.12/site-packages", "1.40")],
        [
            *_wheel("boto3", {"boto3/a.py": MB}, "var/task"),
            *_wheel("opencv_python", {**opencv, "opencv_python.libs/qt.so": 3 * MB}),
            *_wheel("opencv_python_headless", {**opencv, "opencv_python_headless.libs/x.so": MB}),
        ],
        [*_wheel("numpy", {"numpy/a.so": 4 * MB}), *_wheel("numpy", {"numpy/a.so": 4 * MB}, "var/task")],
    ]
    found = _suggested(layers, base=1)
    saved = {title: _saved(each) // MB for title, each in found.items()}
    assert saved == {
        "Python packages are in /var/task and in /usr/local/lib/python3.12/site-packages: numpy": 4,
        "opencv-python and opencv-python-headless hold the same modules": 3,
        "boto3: the base image has them, too": 1,
    }


def test_node_packages_twice_and_for_development() -> None:
    names = [f"package{number}" for number in range(6)]
    lock = b'{"packages": {"node_modules/jest": {"dev": true}, "node_modules/package1": {}, "x": 1}}'
    layers = [
        [
            *(
                Item(f"{root}/node_modules/{name}/i.js", bytes(MB))
                for name in names
                for root in ("var/task", "app")
            ),
            Item("var/task/node_modules/jest/i.js", bytes(2 * MB)),
            Item("var/task/node_modules/.package-lock.json", lock),
        ]
    ]
    found = _suggested(layers)
    assert {title: _saved(each) // MB for title, each in found.items()} == {
        "/app/node_modules is a second copy of /var/task/node_modules": 6,
        "Node packages for development are in the image: jest": 2,
    }


def test_a_full_base_image_has_a_slim_variant() -> None:
    layers = [
        [Item("bin/sh", bytes(MB))],
        [Item("usr/bin/cc", bytes(5 * MB))],
        [Item("usr/lib/py", bytes(MB))],
    ]
    commands = [
        "# debian.sh",
        "RUN apt-get update; apt-get install -y --no-install-recommends autoconf automake",
        "RUN make",
    ]
    (found,) = _suggested(layers, commands, base=3).values()
    assert _saved(found) == 5 * MB
    assert "slim" in found.help


def test_repositories_archives_and_documentation() -> None:
    layers = [
        [Item("app/.git/pack", bytes(3 * MB))],
        [Item("tmp/tool.tar.gz", bytes(2 * MB)), Item("usr/share/doc/x", bytes(4 * MB))],
    ]
    found = _suggested(
        layers, ["COPY . .", "RUN dnf install -y x && curl -O https://example.org/tool.tar.gz"]
    )
    assert {title: _saved(each) // MB for title, each in found.items()} == {
        "Documentation and translations came with system packages": 4,
        "/app/.git, the history of the sources, is in the image": 3,
        "Archives that were downloaded are still there": 2,
    }


def test_nothing_to_do() -> None:
    assert not _suggested([[Item("var/task/app.py", bytes(MB))]])

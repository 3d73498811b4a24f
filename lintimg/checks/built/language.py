"""The language that AWS's base images run, by what lies in them."""

from __future__ import annotations

from lintimg.lint.built import BuiltImage

_SIGNS = (
    ("python", b"var/runtime/awslambdaric", b"var/lang/bin/python3"),
    ("nodejs", b"var/runtime/index.mjs", b"var/lang/bin/node"),
    ("ruby", b"var/runtime/lib/runtime.rb", b"var/lang/bin/ruby"),
    ("dotnet", b"var/runtime/Amazon.Lambda.RuntimeSupport.dll", b"var/lang/bin/dotnet"),
    ("java", b"var/runtime/lib/aws-lambda-java-runtime-interface-client.jar", b"var/lang/bin/java"),
)


def language_of(subject: BuiltImage) -> str | None:
    """python, nodejs, ruby, dotnet or java; "provided" where AWS's base has none; None where files are not known."""
    tree = subject.tree
    if tree is None:
        return None
    for language, *paths in _SIGNS:
        if any(path in tree.paths or path in tree.folders for path in paths):
            return language
    return "provided"

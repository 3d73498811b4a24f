"""CDK apps: image functions and image assets, read from the source in whatever language it is.

The calls have the same names and arguments in every language; what stands in them is read only where
it is plain: texts, lists of texts, paths joined from the file's own folder.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from lintimg.context.deployment import Deployment
from lintimg.context.placement import SourceFile, architecture, placed, resolve
from lintimg.lazy import NamedTuple, regex

_STRING = r""""(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\[\s\S])*+`"""
_DOCUMENTATION = r'"""(?:[\s\S]*?"""|[\s\S]*)'
_TOKENS = regex(rf"{_DOCUMENTATION}|{_STRING}|//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*)")
_TOKENS_PYTHON = regex(rf"{_DOCUMENTATION}|{_STRING}|#[^\n]*")
_CODE = regex(
    r"\b(?:DockerImageCode(?:\.from_?[iI]mage_?[aA]sset|\.FromImageAsset|_FromImageAsset)"
    r"|Code(?:\.fromAssetImage|\.from_asset_image|\.FromAssetImage|_FromAssetImage))\s{0,20}\("
)
_ASSET = regex(r"\b(?:New)?DockerImageAsset(?:\.Builder\.create)?\s{0,20}\(")
_FUNCTION = regex(r"\b(?:New)?(?:DockerImage)?Function(?:\.Builder\.create)?\s{0,20}\(")
_CHAINED = regex(r"\s{0,200}\.\s{0,20}[A-Za-z_]\w*\s{0,20}\(")
_BRACKETS = regex(rf"[()\[\]{{}},]|{_STRING}")
_LITERAL = regex(rf"([fF]|\$)?({_STRING})")
_NAME = regex(r"[A-Za-z_$][\w$]*")
_PATH_NAME = regex(
    r"path|join|resolve|os|str|Path|Paths|parents?|dirname|abspath|realpath|pathlib|jsii|[Ss]tring|norm(?:alize|path)"
    r"|as_posix|absolute|posix|File|getPath|toString|Combine|fileURLToPath|url|new|__dirname|__file__|__filename"
    r"|process|(?:get)?cwd|get|of|sep|import|meta"
)
_LIST_NAME = regex(r"List|of|Arrays|asList|new|string|jsii|Strings?|as|const|listOf|ImmutableList")
_OWN_FOLDER = regex(r"\b(?:__dirname|__file__|__filename)\b|import\.meta")


def read(source: SourceFile, app: str) -> Iterator[Deployment]:
    """The images of one file of the app in the folder `app`, to which plain paths are relative."""
    text = _without_comments(source)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    functions = [
        _call(text, found.end(), found.start()) for found in islice(_FUNCTION.finditer(text), _MOST_CALLS)
    ]
    for pattern, runs in ((_CODE, True), (_ASSET, False)):
        for found in islice(pattern.finditer(text), _MOST_CALLS):
            call = _call(text, found.end(), found.start())
            around = [outer for outer in functions if outer.begin < call.begin and call.end <= outer.end]
            line = bisect_right(starts, call.begin)
            deployment = _deployment(source, text, app, call, around[-1] if around else None, line, runs=runs)
            if deployment is not None:
                yield deployment


_MOST_CALLS = 150
_LONGEST_CALL = 10_000


class _Call(NamedTuple):
    """A call: where its name begins, where it ends (a builder's further calls included), its arguments."""

    begin: int
    end: int
    arguments: list[str]
    tail: str


def _without_comments(source: SourceFile) -> str:
    tokens = _TOKENS_PYTHON if source.path.endswith(".py") else _TOKENS

    def blanked(found: re.Match[str]) -> str:
        token = found.group()
        if token[0] in "\"'`" and not token.startswith('"""'):
            return token
        return re.sub(r"[^\n]", " ", token)

    return tokens.sub(blanked, source.text)


def _expression_end(text: str, at: int, *, commas: bool) -> int:
    """Where what stands at `at` ends: at a closing bracket or (with `commas`) a comma outside all brackets."""
    depth = 0
    limit = min(len(text), at + _LONGEST_CALL)
    for found in _BRACKETS.finditer(text, at, limit):
        bracket = found.group()
        if bracket in "([{":
            depth += 1
        elif bracket in ")]}":
            if depth == 0:
                return found.start()
            depth -= 1
        elif bracket == "," and depth == 0 and commas:
            return found.start()
    return limit


def _call(text: str, at: int, begin: int) -> _Call:
    """The call whose opening bracket stands before `at`."""
    arguments: list[str] = []
    while True:
        end = _expression_end(text, at, commas=True)
        argument = text[at:end].strip()
        if argument:
            arguments.append(argument)
        if not text.startswith(",", end):
            break
        at = end + 1
    tail_end = _tail(text, end + 1)
    return _Call(begin, tail_end, arguments, text[end + 1 : tail_end])


def _tail(text: str, at: int) -> int:
    """Where the chain of `.name(…)` calls behind `at` ends."""
    for _ in range(40):
        found = _CHAINED.match(text, at)
        if found is None:
            return at
        at = _expression_end(text, found.end(), commas=False) + 1
    return at


def _deployment(
    source: SourceFile, text: str, app: str, call: _Call, around: _Call | None, line: int, *, runs: bool
) -> Deployment | None:
    options = ", ".join(call.arguments[1:] if runs else call.arguments[2:]) + call.tail
    place = call.arguments[0] if runs and call.arguments else _option(options, "directory")
    if place is None:
        return None
    context = _path(place, text, source, app)
    file = _option(options, "file")
    outer = ", ".join(around.arguments[2:]) + around.tail if around is not None else ""
    command = _option(options, "cmd")
    entrypoint = _option(options, "entrypoint", "entry_point", "entryPoint")
    target = _option(options, "target")
    names = _literals(around.arguments[1]) if around is not None and len(around.arguments) > 1 else None
    return Deployment(
        tool="cdk",
        path=source.relative,
        line=line,
        dockerfile=placed(context, (_single(file) or "") if file is not None else "Dockerfile"),
        context=context,
        target=_single(target) if target is not None else None,
        function=runs,
        architecture=_architecture(outer) or _architecture(_option(options, "platform") or ""),
        command=_literals(command) if command is not None else None,
        entrypoint=_literals(entrypoint) if entrypoint is not None else None,
        ephemeral_storage=_storage(outer),
        build_arguments=_build_arguments(options),
        command_given=command is not None,
        name=names[0] if names else None,
    )


def _option(text: str, *names: str) -> str | None:
    """The expression given for an option: `name: …`, `name=…`, `Name = …`, `.name(…)`."""
    spelled = "|".join(f"{name}|{name[0].upper()}{name[1:]}" for name in names)
    found = re.search(rf"(?<![\w$\"'])(?:{spelled})\s{{0,20}}(=(?!=|>)|:|\()\s{{0,200}}", text)
    if found is None:
        return None
    return text[found.end() : _expression_end(text, found.end(), commas=found[1] != "(")].strip()


def _literals(expression: str) -> tuple[str, ...] | None:
    """The texts of a list (or a single text); None when anything else stands in it."""
    texts: list[str] = []
    for found in _LITERAL.finditer(expression):
        text = _unquoted(found)
        if text is None:
            return None
        texts.append(text)
    if not all(map(_LIST_NAME.fullmatch, _NAME.findall(_LITERAL.sub(" ", expression)))):
        return None
    return tuple(texts) if texts or "[" in expression or "(" in expression else None


def _single(expression: str) -> str | None:
    found = _literals(expression)
    return found[0] if found and len(found) == 1 else None


def _unquoted(found: re.Match[str]) -> str | None:
    """The text of a literal; None for one with values put into it."""
    text = found[2][1:-1]
    if (found[1] and "{" in text) or (found[2][0] == "`" and "${" in text):
        return None
    return re.sub(r"\\(.)", r"\1", text)


def _path(expression: str, text: str, source: SourceFile, app: str, depth: int = 0) -> str | None:
    """The folder an expression means, absolute; None when that is not plain."""
    own = re.match(r"`\$\{__dirname\}([^`$]*)`\Z", expression)
    if own is not None:
        return resolve(source.folder, "./" + own[1])
    parts: list[str] = []
    for found in _LITERAL.finditer(expression):
        part = _unquoted(found)
        if part is None:
            return None
        parts.append(part)
    bare = _LITERAL.sub(" ", expression)
    unknown = [name for name in _NAME.findall(bare) if not _PATH_NAME.fullmatch(name)]
    if unknown:
        if depth or parts or not _NAME.fullmatch(expression):
            return None
        given = re.search(
            rf"\b{re.escape(expression)}\s{{0,20}}(?::\s?\w+)?\s{{0,20}}:?=\s{{0,20}}([^\n;]+)", text
        )
        return _path(given[1].strip(), text, source, app, 1) if given is not None else None
    folder = app
    if _OWN_FOLDER.search(bare):
        folder = source.folder
        upward = _upward(bare)
        if upward is None:
            return None
        folder = resolve(folder, "../" * upward + ".") or folder
    elif not parts:
        return None
    joined = "/".join(part.strip("/") if number else part for number, part in enumerate(parts)) or "."
    if len(parts) > 0 and _OWN_FOLDER.search(bare):
        joined = "./" + joined.lstrip("/")
    return resolve(folder, joined)


def _upward(bare: str) -> int | None:
    """How many folders above the file's own an expression of its name leads."""
    if "__dirname" in bare:
        return len(re.findall(r"\bdirname\(", bare))
    listed = re.search(r"\.parents\[(\d)\]", bare)
    if listed is not None:
        return int(listed[1])
    steps = len(re.findall(r"\bdirname\(|\.parent\b", bare))
    # The first step leads from the file to its folder.
    return steps - 1 if steps else None


def _architecture(text: str) -> str | None:
    found = re.search(r"\b(?:Architecture|Platform)[._](ARM_64|X86_64|LINUX_ARM64|LINUX_AMD64)\b", text)
    return architecture(found[1].lower().replace("arm_64", "arm64")) if found is not None else None


def _storage(text: str) -> int | None:
    found = re.search(
        r"(?i)ephemeral_?storage_?size\W{1,40}(?:[\w.]{0,40}Size[._])?(mebibytes|gibibytes)\W{1,20}(?:jsii\.Number\()?(\d{1,6})",
        text,
    )
    if found is None:
        return None
    return int(found[2]) * (1024 if found[1].lower() == "gibibytes" else 1)


def _build_arguments(options: str) -> tuple[tuple[str, str | None], ...]:
    given = _option(options, "buildArgs", "build_args")
    if given is None:
        return ()
    pairs = re.finditer(
        rf"(?:[\"']?([A-Za-z_]\w*)[\"']?\]?\s{{0,20}}[:=]|[\"']([A-Za-z_]\w*)[\"'],)\s{{0,20}}(?:jsii\.String\()?({_STRING})?",
        given,
    )
    return tuple((found[1] or found[2], found[3][1:-1] if found[3] else None) for found in pairs)

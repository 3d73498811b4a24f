"""What the linter says of the Dockerfile that `lintimg image` was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lintimg.cli.image_settings import RuleOptions
from lintimg.cli.options import CheckOptions
from lintimg.cli.service import check
from lintimg.model.finding import Finding
from lintimg.model.image import ImageReport


def findings_for(
    image: ImageReport,
    dockerfile: str,
    target_stage: str | None,
    arguments: Mapping[str, str],
    flags: RuleOptions,
    directory: Path,
) -> tuple[Finding, ...]:
    """What the linter says of the Dockerfile by the rules that the suggestions name. Raises ConfigurationError."""
    codes = {code for each in image.suggestions if each.dockerfile_line is not None for code in each.rules}
    if not codes:
        return ()
    options = CheckOptions(
        paths=(dockerfile,),
        target=flags.target,
        target_stage=target_stage,
        build_arguments=arguments,
        context=None,
        select=tuple(sorted(codes)),
        extend_select=(),
        ignore=(),
        fail_on=None,
        as_of=date.today(),
        stdin_filename=None,
        force_exclude=False,
        inline_ignores=True,
        config=flags.config,
        use_config=flags.use_config,
        exit_zero=True,
        shellcheck="off",
    )
    return check(options, directory, None).report.findings

"""Settings of infrastructure code are found where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lintimg.context.infrastructure import find_deployments, read_source
from lintimg.context.places import function_place, properties, setting_place
from lintimg.text import SourceText

Repository = Callable[[Mapping[str, str]], Path]

TAGGED = """\
# A template with every kind of tag.
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Architectures: [arm64]
    Environment:
      Variables:
        TABLE: !GetAtt Table.Arn
        NAME: !Sub
          - "${Stage}-${Other}"
          - {Other: !Join ["-", [!Select [0, !Split [",", "a,b"]], !ImportValue x]]}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: !If [IsProduction, Retain, Delete]
  Orders:
    Type: AWS::Serverless::Function
    Condition: IsProduction
    Properties:
      PackageType: Image
      ImageConfig:
        Command: [!Sub "app.handler"]
      Role: !GetAtt [Role, Arn]
      Layers:
        - !Ref Layer
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: ./api
      DockerBuildTarget: release
"""


def test_a_template_with_tags_keeps_its_lines(repository: Repository) -> None:
    root = repository({"api/Dockerfile": "", "template.yaml": TAGGED})
    (found,) = find_deployments(root)
    source = SourceText("template.yaml", read_source(found.file) or b"")
    assert (found.line, found.architecture, found.target, found.command) == (
        19,
        "arm64",
        "release",
        ("app.handler",),
    )
    place = setting_place(source, found, "DockerBuildTarget")
    assert place is not None
    assert (source.slice(place), source.position(place.start)) == ("release", (32, 26))
    inherited = setting_place(source, found, "Architectures")
    assert inherited is not None
    assert source.position(inherited.start) == (8, 21)
    assert [name for name, _ in properties(source, found, frozenset(("Layers", "TABLE")))] == ["Layers"]
    assert source.slice(function_place(source, found)) == "Orders:"
    assert setting_place(source, found, "EphemeralStorage") is None


@pytest.mark.parametrize(
    ("name", "text", "key", "value", "line"),
    [
        (
            "serverless.yml",
            (
                "provider:\n  architecture: arm64\n  ecr:\n    images:\n      api: {path: api}\n"
                "functions:\n  one:\n    image: {name: api}\n"
            ),
            "architecture",
            "arm64",
            2,
        ),
        (
            "api/aws-lambda-tools-defaults.json",
            '{\n  "package-type": "image",\n  "function-architecture": "arm64"\n}\n',
            "function-architecture",
            "arm64",
            3,
        ),
        (
            "template.json",
            (
                '{"Resources": {\n  "One": {\n    "Type": "AWS::Serverless::Function",\n'
                '    "Properties": {"PackageType": "Image",\n      "Architectures": ["arm64"]},\n'
                '    "Metadata": {"DockerContext": "api"}}}}\n'
            ),
            "Architectures",
            "arm64",
            5,
        ),
        (
            "docker-bake.hcl",
            'target "api" {\n  context = "api"\n  # target = "old"\n  target = "final"\n}\n',
            "target",
            "final",
            4,
        ),
        (
            "compose.yaml",
            (
                "services:\n  api:\n    build:\n      context: api\n      target: final\n    volumes:\n"
                "      - {type: bind, target: /app}\n"
            ),
            "target",
            "final",
            5,
        ),
    ],
)
def test_the_value_of_a_setting(
    repository: Repository, name: str, text: str, key: str, value: str, line: int
) -> None:
    root = repository({"api/Dockerfile": "", name: text})
    (found,) = find_deployments(root)
    source = SourceText(name, read_source(found.file) or b"")
    place = setting_place(source, found, key)
    assert place is not None
    assert (source.slice(place), source.position(place.start).line) == (value, line)


def test_the_options_around_a_call(repository: Repository) -> None:
    text = (
        "new DockerImageFunction(this, 'Api', {\n"
        "  code: DockerImageCode.fromImageAsset(path.join(__dirname, 'api'), {\n    target: 'final',\n  }),\n"
        "  architecture: Architecture.ARM_64,\n});\n"
    )
    root = repository({"cdk.json": "{}", "api/Dockerfile": "", "app.ts": text})
    (found,) = find_deployments(root)
    source = SourceText("app.ts", read_source(found.file) or b"")
    place = setting_place(source, found, "architecture")
    assert place is not None
    assert source.slice(place) == "Architecture.ARM_64"
    stage = setting_place(source, found, "target")
    assert stage is not None
    assert source.position(stage.start).line == 3

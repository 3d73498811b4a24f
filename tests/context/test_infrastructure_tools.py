from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lintimg.context.deployment import Deployment
from lintimg.context.infrastructure import find_deployments

Repository = Callable[[Mapping[str, str]], Path]


def relative(root: Path, path: str | None) -> str | None:
    return None if path is None else Path(path).relative_to(root).as_posix()


def places(root: Path, found: tuple[Deployment, ...]) -> list[tuple[str | None, str | None]]:
    return [(relative(root, entry.dockerfile), relative(root, entry.context)) for entry in found]


def test_sam(repository: Repository) -> None:
    root = repository(
        {
            "api/Dockerfile.lambda": "",
            "deploy/template.yaml": """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Arch:
    Type: String
    Default: arm64
  Unknown: {Type: String}
Globals:
  Function:
    PackageType: Image
    Architectures: [!Ref Arch]
Resources:
  First:
    Type: AWS::Serverless::Function
    Properties:
      ImageConfig:
        Command:
          - app.handler
        EntryPoint: [/lambda-entrypoint.sh]
      EphemeralStorage:
        Size: 2048
    Metadata:
      DockerTag: v1
      DockerContext: ../api
      DockerBuildTarget: final
      DockerBuildArgs:
        VERSION: 3
        REF: !Ref Unknown
  Second:
    Type: AWS::Serverless::Function
    Properties:
      Architectures: [x86_64]
      ImageUri: !Sub "${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/x:1"
      ImageConfig:
        Command: [!Sub "${Unknown}.handler"]
  Third:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Zip
  Fourth:
    Type: AWS::Lambda::Function
    Properties:
      PackageType: Image
      Code: {ImageUri: !GetAtt X.Y}
""",
        }
    )
    first, second, fourth = find_deployments(root)
    assert first == Deployment(
        tool="sam",
        path="deploy/template.yaml",
        line=12,
        dockerfile=str(root / "api" / "Dockerfile.lambda"),
        context=str(root / "api"),
        target="final",
        function=True,
        architecture="arm64",
        command=("app.handler",),
        entrypoint=("/lambda-entrypoint.sh",),
        ephemeral_storage=2048,
        build_arguments=(("VERSION", "3"), ("REF", None)),
        command_given=True,
        name="First",
        file=str(root / "deploy" / "template.yaml"),
    )
    assert (second.architecture, second.dockerfile, second.context) == ("x86_64", None, None)
    assert (second.command, second.command_given) == (None, True)
    assert (fourth.architecture, fourth.command_given, fourth.line) == (None, False, 39)


def test_sam_with_anchors_and_other_sections(repository: Repository) -> None:
    root = repository(
        {
            "api/Dockerfile": "",
            "template.yaml": """\
Mappings:
  M: &shared
    PackageType: Image
    Architectures: [arm64]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  # The function.
  Api:
    Type: "AWS::Serverless::Function"
    Properties:
      <<: *shared
    Metadata: {DockerContext: api}
Outputs:
  X: {Value: !GetAtt Api.Arn}
""",
        }
    )
    (found,) = find_deployments(root)
    assert (found.line, found.architecture, found.name) == (9, "arm64", "Api")
    assert places(root, (found,)) == [("api/Dockerfile", "api")]


def test_sam_as_json_and_the_dotnet_tools_local_image(repository: Repository) -> None:
    root = repository(
        {
            "src/Dockerfile": "",
            "src/serverless.template": """\
{
  "Transform": "AWS::Serverless-2016-10-31",
  "Resources": {
    "Get": {
      "Type": "AWS::Serverless::Function",
      "Properties": {"PackageType": "Image", "ImageUri": ".", "ImageConfig": {"Command": ["A::B.C::D"]}}
    },
    "Put": {
      "Type": "AWS::Serverless::Function",
      "Properties": {"PackageType": "Image", "ImageConfig": {"Command": {"Fn::If": ["x", ["a"], ["b"]]}}},
      "Metadata": {"DockerContext": {"Fn::Sub": "${Nope}/x"}}
    }
  }
}
""",
        }
    )
    get, put = find_deployments(root)
    assert (get.line, get.command) == (4, ("A::B.C::D",))
    assert places(root, (get,)) == [("src/Dockerfile", "src")]
    assert (put.line, put.dockerfile, put.context, put.command, put.command_given) == (
        8,
        None,
        None,
        None,
        True,
    )


def test_serverless_framework(repository: Repository) -> None:
    root = repository(
        {
            "svc/app/Dockerfile": "",
            "svc/app/prod.Dockerfile": "",
            "svc/serverless.yml": """\
service: x
provider:
  name: aws
  architecture: arm64
  ecr:
    images:
      base:
        path: ./app
        file: prod.Dockerfile
        buildArgs: {A: "1", B: "${env:B}"}
      plain: ./app
      remote:
        uri: 123.dkr.ecr.us-east-1.amazonaws.com/x@sha256:abc
functions:
  one:
    image:
      name: base
      command: [app.one]
      entryPoint:
        - /lambda-entrypoint.sh
    ephemeralStorageSize: 1024
  two:
    image: plain
    architecture: x86_64
  three:
    image: {name: remote, command: ["${self:custom.x}"]}
  zip:
    handler: a.b
""",
        }
    )
    one, two, three = find_deployments(root)
    assert (one.line, one.architecture, one.command, one.ephemeral_storage) == (
        15,
        "arm64",
        ("app.one",),
        1024,
    )
    assert one.build_arguments == (("A", "1"), ("B", None))
    assert (two.architecture, two.command_given) == ("x86_64", False)
    assert (three.command, three.command_given) == (None, True)
    assert places(root, (one, two, three)) == [
        ("svc/app/prod.Dockerfile", "svc/app"),
        ("svc/app/Dockerfile", "svc/app"),
        (None, None),
    ]


def test_terraform(repository: Repository) -> None:
    root = repository(
        {
            "app/Dockerfile": "",
            "app/dev.Dockerfile": "",
            "infra/variables.tf": 'variable "arch" {\n  default = "arm64"\n}\nvariable "cmd" {}\n',
            "infra/main.tf": """\
# package_type = "Image" in a comment
locals {
  source = "${path.module}/../app"
}
/* resource "aws_lambda_function" "no" { package_type = "Image" } */
resource "aws_lambda_function" "direct" {
  function_name = "x"
  package_type  = "Image"
  image_uri     = "${docker_registry_image.app.name}@${docker_registry_image.app.sha256_digest}"
  architectures = [var.arch]
  description   = <<EOT
    package_type = "Zip" }
  EOT
  image_config {
    command     = ["app.handler"]
    entry_point = ["/lambda-entrypoint.sh"]
  }
  ephemeral_storage {
    size = 10240
  }
}
resource "docker_registry_image" "app" {
  name = "x"
  build {
    context    = local.source
    dockerfile = "dev.Dockerfile"
    target     = "final"
    build_args = { VERSION = "3", REF = var.cmd }
  }
}
module "built" {
  source      = "terraform-aws-modules/lambda/aws//modules/docker-build"
  source_path = "../app"
  platform    = "linux/amd64"
}
module "function" {
  source               = "terraform-aws-modules/lambda/aws"
  package_type         = "Image"
  image_uri            = module.built.image_uri
  image_config_command = [var.cmd]
}
resource "aws_lambda_function" "zip" {
  handler = "a.b"
}
resource "docker_image" "alone" {
  name = "y"
  build {
    context = abspath("../app")
  }
}
""",
        }
    )
    direct, function, alone = find_deployments(root)
    assert (direct.line, direct.name, direct.function) == (6, "direct", True)
    assert (direct.architecture, direct.target, direct.ephemeral_storage) == ("arm64", "final", 10240)
    assert (direct.command, direct.entrypoint) == (("app.handler",), ("/lambda-entrypoint.sh",))
    assert direct.build_arguments == (("VERSION", "3"), ("REF", None))
    assert (function.line, function.architecture) == (36, "x86_64")
    assert (function.command, function.command_given) == (None, True)
    assert (alone.function, alone.line) == (False, 45)
    assert places(root, (direct, function, alone)) == [
        ("app/dev.Dockerfile", "app"),
        ("app/Dockerfile", "app"),
        ("app/Dockerfile", "app"),
    ]


TYPESCRIPT = """\
import * as path from 'path';
// DockerImageCode.fromImageAsset('no')
export class Stack extends cdk.Stack {
  constructor() {
    new lambda.DockerImageFunction(this, 'Api', {
      code: lambda.DockerImageCode.fromImageAsset(path.join(__dirname, '..', '../services/api'), {
        cmd: ['app.handler'], /* entrypoint: ['no'] */
        file: 'prod.Dockerfile',
        target: "final",
        buildArgs: { VERSION: '3', REF: process.env.REF ?? '' },
      }),
      architecture: lambda.Architecture.ARM_64,
      ephemeralStorageSize: cdk.Size.gibibytes(2),
    });
    const code = lambda.DockerImageCode.fromImageAsset('services/api', { cmd: [handler] });
    new ecr_assets.DockerImageAsset(this, 'Image', {
      directory: path.join(__dirname, '../../services/api'),
      platform: Platform.LINUX_AMD64,
    });
    lambda.DockerImageCode.fromImageAsset(somewhere());
    lambda.DockerImageCode.fromEcr(repository);
  }
}
"""


def test_cdk_in_typescript(repository: Repository) -> None:
    root = repository(
        {
            "infra/cdk.json": "{}",
            "infra/lib/stack.ts": TYPESCRIPT,
            "infra/services/api/Dockerfile": "",
            "services/api/prod.Dockerfile": "",
        }
    )
    api, bare, asset, unknown = find_deployments(root)
    assert (api.line, api.name, api.function, api.architecture) == (6, "Api", True, "arm64")
    assert (api.command, api.entrypoint, api.target, api.ephemeral_storage) == (
        ("app.handler",),
        None,
        "final",
        2048,
    )
    assert api.build_arguments == (("VERSION", "3"), ("REF", None))
    assert (bare.line, bare.command, bare.command_given) == (15, None, True)
    assert (asset.line, asset.function, asset.architecture) == (16, False, "x86_64")
    assert places(root, (api, bare, asset, unknown)) == [
        ("services/api/prod.Dockerfile", "services/api"),
        ("infra/services/api/Dockerfile", "infra/services/api"),
        ("services/api/Dockerfile", "services/api"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        (
            "stacks/stack.py",
            """\
\"\"\"DockerImageCode.from_image_asset("no")\"\"\"
import os
class S(Stack):
    def __init__(self):
        _lambda.DockerImageFunction(self, "F",
            code=_lambda.DockerImageCode.from_image_asset(
                os.path.join(os.path.dirname(__file__), "..", "app"),  # here
                cmd=["app.handler"], file="Dockerfile"),
            architecture=_lambda.Architecture.ARM_64)
""",
            ("app.handler",),
        ),
        (
            "stacks/stack.py",
            (
                "code = DockerImageCode.from_image_asset(str(Path(__file__).resolve().parent.parent / 'app'))\n"
                "DockerImageFunction(self, 'F', code=code)\n# Architecture.ARM_64\n"
            ),
            None,
        ),
        (
            "stacks/stack.py",
            (
                'HERE = "app"\nDockerImageFunction(self, "F", code=DockerImageCode.from_image_asset(directory),'
                'architecture=Architecture.ARM_64)\ndirectory = "./app"\n'
            ),
            None,
        ),
        (
            "src/main/java/Stack.java",
            """\
DockerImageFunction.Builder.create(this, "F")
    .code(DockerImageCode.fromImageAsset("./app", AssetImageCodeProps.builder()
        .cmd(List.of("com.x.Handler::handle")).file("Dockerfile").build()))
    .architecture(Architecture.ARM_64)
    .build();
""",
            ("com.x.Handler::handle",),
        ),
        (
            "src/Stack.cs",
            """\
new DockerImageFunction(this, "F", new DockerImageFunctionProps {
    Code = DockerImageCode.FromImageAsset("app", new AssetImageCodeProps { Cmd = new[] { "A::B::C" } }),
    Architecture = Architecture.ARM_64,
});
""",
            ("A::B::C",),
        ),
        (
            "stack.go",
            """\
awslambda.NewDockerImageFunction(stack, jsii.String("F"), &awslambda.DockerImageFunctionProps{
    Code: awslambda.DockerImageCode_FromImageAsset(jsii.String("app"), &awslambda.AssetImageCodeProps{
        Cmd: jsii.Strings("main"),
    }),
    Architecture: awslambda.Architecture_ARM_64(),
})
""",
            ("main",),
        ),
    ],
)
def test_cdk_in_other_languages(
    repository: Repository, name: str, text: str, command: tuple[str, ...] | None
) -> None:
    root = repository({"cdk.json": "{}", name: text, "app/Dockerfile": ""})
    (found,) = find_deployments(root)
    assert places(root, (found,)) == [("app/Dockerfile", "app")]
    assert (found.command, found.command_given) == (command, command is not None)
    assert found.architecture == ("arm64" if "code = " not in text else None)


def test_without_a_cdk_app_no_source_is_read(repository: Repository) -> None:
    assert find_deployments(repository({"lib/stack.ts": TYPESCRIPT})) == ()


def test_dotnet_lambda_tools(repository: Repository) -> None:
    root = repository(
        {
            "src/F/Dockerfile": "",
            "src/F/aws-lambda-tools-defaults.json": """\
{
  "package-type": "image",
  "function-architecture": "arm64",
  "image-command": "A::B.C::D",
  "docker-build-working-dir": "../..",
  "docker-host-build-output-dir": "./bin/Release/lambda-publish"
}
""",
            "src/T/Dockerfile": "",
            "src/T/aws-lambda-tools-defaults.json": '{"docker-host-build-output-dir": "out"}',
            "src/Z/Dockerfile": "",
            "src/Z/aws-lambda-tools-defaults.json": '\ufeff{"package-type": "Zip", "function-handler": "x"}',
        }
    )
    found, other = find_deployments(root)
    assert (found.tool, found.line, found.architecture) == ("lambda-tools", 2, "arm64")
    assert found.generated == (str(root / "src/F/bin/Release/lambda-publish"),)
    assert (found.command, found.function) == (("A::B.C::D",), True)
    assert (other.line, other.function, other.command_given) == (1, True, False)
    assert places(root, (found, other)) == [("src/F/Dockerfile", "."), ("src/T/Dockerfile", "src/T")]


def test_compose(repository: Repository) -> None:
    root = repository(
        {
            "web/Dockerfile": "",
            "docker-compose.prod.yml": """\
# build: no
version: "3"
x-common: &common
  build: no
services:
  web:
    platform: linux/arm64
    build: ./web   # here
  "api":
    build:
      context: .
      dockerfile: docker/api.Dockerfile
      target: final
      args:
        VERSION: "3"
        REF: ${REF}
  list:
    build: {context: web, target: dev}
    args:
      - no
  equals:
    build:
      args:
        - A=1
        - B
      context: "web"
  variable:
    build:
      context: ${DIR}
  inline:
    build:
      dockerfile_inline: |
        FROM x
  merged:
    build: *common
  image:
    image: x
    environment:
      build: no
volumes:
  build: x
""",
        }
    )
    found = find_deployments(root)
    assert [(entry.name, entry.line) for entry in found] == [
        ("web", 8),
        ("api", 10),
        ("list", 18),
        ("equals", 22),
        ("variable", 28),
        ("merged", 35),
    ]
    assert places(root, found) == [
        ("web/Dockerfile", "web"),
        ("docker/api.Dockerfile", "."),
        ("web/Dockerfile", "web"),
        ("web/Dockerfile", "web"),
        (None, None),
        (None, None),
    ]
    assert found[0].architecture == "arm64"
    assert (found[1].target, found[1].build_arguments) == ("final", (("VERSION", "3"), ("REF", None)))
    assert found[2].target == "dev"
    assert found[3].build_arguments == (("A", "1"), ("B", None))
    assert not any(entry.function for entry in found)


def test_bake(repository: Repository) -> None:
    root = repository(
        {
            "docker-bake.hcl": """\
variable "DIR" { default = "app" }
group "default" { targets = ["one"] }
target "base" {
  context = DIR
  args = { A = "1" }
}
target "one" {
  inherits   = ["base"]
  dockerfile = "one.Dockerfile"
  target     = "final"
  platforms  = ["linux/arm64"]
  args       = { B = "${UNKNOWN}" }
}
target "both" {
  context   = "./app"
  platforms = ["linux/arm64", "linux/amd64"]
}
""",
            "docker-bake.json": '{"target": {\n"two": {"context": "app", "dockerfile": "../x"}, "odd": 3}}',
        }
    )
    base, one, both, odd, two = sorted(
        find_deployments(root),
        key=lambda entry: ["base", "one", "both", "odd", "two"].index(entry.name or ""),
    )
    assert places(root, (base, one, both, odd, two)) == [
        ("app/Dockerfile", "app"),
        ("app/one.Dockerfile", "app"),
        ("app/Dockerfile", "app"),
        ("Dockerfile", "."),
        ("x", "app"),
    ]
    assert (one.line, one.target, one.architecture) == (7, "final", "arm64")
    assert one.build_arguments == (("A", "1"), ("B", None))
    assert both.architecture is None

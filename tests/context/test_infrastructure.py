from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintimg.context.infrastructure import DeploymentIndex, find_deployments

Repository = Callable[[Mapping[str, str]], Path]

SAM = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageConfig:
        Command: [app.handler]
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: ./api
"""
TERRAFORM = """\
resource "aws_lambda_function" "this" {
  package_type = "Image"
  image_uri    = var.image
  image_config {
    command = ["app.handler"]
  }
}
"""


def test_a_dockerfile_gets_its_own_deployments_functions_first(repository: Repository) -> None:
    root = repository(
        {
            "api/Dockerfile": "",
            "other/Dockerfile": "",
            "docker-compose.yml": "services:\n  api:\n    build: ./api\n  other:\n    build: other\n",
            "template.yaml": SAM,
        }
    )
    index = DeploymentIndex(root)
    found = index.of(root / "api" / "Dockerfile")
    assert [(entry.tool, entry.path, entry.line, entry.function) for entry in found] == [
        ("sam", "template.yaml", 4, True),
        ("compose", "docker-compose.yml", 3, False),
    ]
    assert [entry.tool for entry in index.of(root / "other" / "Dockerfile")] == ["compose"]
    assert index.of(root / "nope" / "Dockerfile") == ()
    assert [entry.path for entry in find_deployments(root)] == ["docker-compose.yml"] * 2 + ["template.yaml"]


def test_a_function_of_no_known_image_belongs_to_the_only_dockerfile(repository: Repository) -> None:
    root = repository({"app/Dockerfile": "", "infra/main.tf": TERRAFORM})
    dockerfile = root / "app" / "Dockerfile"
    found = DeploymentIndex(root).of(dockerfile)
    assert [(entry.function, entry.command, entry.dockerfile) for entry in found] == [
        (True, ("app.handler",), str(dockerfile))
    ]


def test_a_command_given_somewhere_is_told_where_there_are_several_dockerfiles(
    repository: Repository,
) -> None:
    root = repository({"a/Dockerfile": "", "b/Dockerfile": "", "main.tf": TERRAFORM})
    found = DeploymentIndex(root).of(root / "a" / "Dockerfile")
    assert [(entry.function, entry.command, entry.command_given, entry.dockerfile) for entry in found] == [
        (False, None, True, None)
    ]
    silent = repository({"main.tf": TERRAFORM.replace("command", "unknown")})
    assert DeploymentIndex(silent).of(silent / "a" / "Dockerfile") == ()


def test_a_dockerfile_in_a_passed_over_folder_is_not_taken_for_the_only_one(repository: Repository) -> None:
    root = repository({"app/Dockerfile": "", "node_modules/x/Dockerfile": "", "main.tf": TERRAFORM})
    found = DeploymentIndex(root).of(root / "node_modules" / "x" / "Dockerfile")
    assert not any(entry.function for entry in found)


def test_candidates_are_found_by_their_bytes_before_anything_is_parsed(repository: Repository) -> None:
    root = repository(
        {
            "Dockerfile": "",
            "template.yaml": SAM.replace("PackageType: Image", "Runtime: python3.12"),
            "k8s/deployment.yaml": "kind: Deployment\n",
            "docker-compose.yml": "services:\n  db:\n    image: postgres\n",
        }
    )
    script = (
        "import sys; from pathlib import Path; from lintimg.context.infrastructure import find_deployments;"
        f"assert find_deployments(Path({str(root)!r})) == ();"
        "sys.exit(any(name.startswith('ruamel') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "template.yaml",
        "x.template",
        "template.json",
        "serverless.yml",
        "main.tf",
        "aws-lambda-tools-defaults.json",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "PackageType: Image\nAWS::Lambda\n\t- [",
        "{" * 5_000 + "PackageType Image AWS::Lambda image package_type",
        "- " * 5_000 + "PackageType Image AWS::Lambda image package_type",
        "PackageType: Image # AWS::Lambda image functions package_type\n" + "a: b\n" * 100_000,
        "[PackageType, Image, AWS::Lambda, image, functions]",
        "PackageType: Image\nResources: {AWS::Lambda::Function: [1]}\nimage: functions\n",
        "Resources:\n  PackageType:\n    Type: AWS::Lambda::Function\n    Properties: Image\nfunctions: image",
        'resource "aws_lambda_function" "x" {\n package_type = "Image"\n image_uri = "${" \n'
        + "a {\n" * 3_000,
        '{"package-type": "image", "dockerfile": 3, "image-command": 4, "docker-build-working-dir": []}',
        "A: &a [*a, *a, PackageType, Image, AWS::Lambda, image, functions]\n",
        "a0: &a0 [PackageType, Image, AWS::Lambda, image, functions]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 100)),
    ],
    ids=range(11),
)
def test_broken_and_huge_files_are_passed_over(repository: Repository, name: str, text: str) -> None:
    root = repository(
        {name: text, "api/Dockerfile": "", "good/template.yaml": SAM.replace("./api", "../api")}
    )
    found = DeploymentIndex(root).of(root / "api" / "Dockerfile")
    assert "good/template.yaml" in [entry.path for entry in found]


def test_huge_and_odd_files(repository: Repository) -> None:
    root = repository({"api/Dockerfile": "", "template.yaml": SAM})
    (root / "big.yaml").write_bytes(SAM.encode() + b"#" * 10_000_000)
    (root / "zero.yaml").write_bytes(SAM.encode() + b"\0")
    (root / "latin.yaml").write_bytes(b"# caf\xe9\n" + SAM.encode())
    (root / "folder.yaml").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe.yaml")
        (root / "loop").symlink_to(root)
        (root / "gone.yaml").symlink_to("nowhere")
    index = DeploymentIndex(root)
    assert [entry.path for entry in index.all()] == ["latin.yaml", "template.yaml"]
    assert index.unread == (("big.yaml", "it is larger than 256 kB"),)


def test_broken_code_about_images_is_named(repository: Repository) -> None:
    root = repository(
        {
            "api/Dockerfile": "",
            "template.yaml": SAM.replace("Metadata:", "Metadata: ["),
            "values.yaml": "image: [\n",
            "notes.yaml": "a: [\n",
            "docker-bake.json": '{"target": ',
        }
    )
    index = DeploymentIndex(root)
    assert index.of(root / "api" / "Dockerfile") == ()
    assert index.unread == (("template.yaml", "it cannot be read"),)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems refuse such names")
def test_names_that_are_not_utf8(repository: Repository) -> None:
    root = repository({"api/Dockerfile": ""})
    (root / os.fsdecode(b"caf\xe9.yaml")).write_text(SAM)
    assert [os.fsencode(entry.path) for entry in find_deployments(root)] == [b"caf\xe9.yaml"]


def test_what_others_made_is_not_read(repository: Repository) -> None:
    names = [
        "node_modules/x/template.yaml",
        ".aws-sam/build/template.yaml",
        "cdk.out/a.template.json",
        ".hidden/t.yaml",
    ]
    root = repository(dict.fromkeys(names, SAM))
    assert find_deployments(root) == ()


def test_a_deep_tree_is_walked_only_so_far(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(100):
        folder /= "x"
    folder.mkdir(parents=True)
    (folder / "template.yaml").write_text(SAM)
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "main.tf").write_text(TERRAFORM)
    assert [entry.tool for entry in find_deployments(tmp_path)] == ["terraform"]
    # Not everything was seen, so there may be other Dockerfiles.
    assert not any(entry.function for entry in DeploymentIndex(tmp_path).of(tmp_path / "Dockerfile"))


def test_an_absent_root(tmp_path: Path) -> None:
    assert find_deployments(tmp_path / "nope") == ()
    assert DeploymentIndex(tmp_path / "nope").of(tmp_path / "Dockerfile") == ()


NAMES = [
    "template.yaml",
    "serverless.yml",
    "main.tf",
    "docker-compose.yml",
    "docker-bake.hcl",
    "docker-bake.json",
    "aws-lambda-tools-defaults.json",
    "stack.ts",
    "stack.py",
]
PIECES = [
    "PackageType: Image\n", "AWS::Serverless::Function", "Resources:\n", "  A:\n", "    Properties:\n", "image: ", "functions:\n",
    "!Sub ", "${x}", "resource \"aws_lambda_function\" \"a\" ", "package_type = \"Image\"\n", "{", "}", "[", "]", "(", ")", "\"", "'",
    "`", "\n", " ", ",", "services:\n", "build:", "context: .\n", "target \"x\" ", "DockerImageCode.fromImageAsset(", "cmd: [\"a.b\"]",
    "new DockerImageFunction(", "<<EOT\n", "EOT\n", "/*", "//", "#", "\\", "=", "&a ", "*a ", "<<: ", "- ", ": ", "\t", "\u00e9", "0",
]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_text(repository: Repository, name: str, pieces: list[str]) -> None:
    text = (
        "".join(pieces)
        + "# PackageType Image AWS::Lambda image package_type DockerImage build: package-type target"
    )
    root = repository({"cdk.json": "{}", "Dockerfile": ""})
    for other in NAMES:
        (root / other).unlink(missing_ok=True)
    (root / name).write_text(text)
    for entry in find_deployments(root):
        assert entry.line >= 1
    DeploymentIndex(root).of(root / "Dockerfile")

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.context.manifests import Dependency, ManifestFile, read_manifest


def read(path: str, text: str) -> ManifestFile:
    found = read_manifest(path, text.encode())
    assert found is not None
    return found


def brief(found: ManifestFile) -> list[tuple[str, str | None, int | None, bool]]:
    return [(entry.name, entry.version, entry.line, entry.development) for entry in found.dependencies]


def sources(found: ManifestFile) -> dict[str, str | None]:
    return {entry.name: entry.source for entry in found.dependencies}


def test_requirements() -> None:
    found = read(
        "app/requirements.txt",
        """\
# the web
Flask==3.0.0  # pinned
boto3[crt]>=1.34,<2 ; python_version >= "3.8"
torch==2.3.0+cpu \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
--index-url https://example.com/simple
--extra-index-url=https://download.example.com/whl/cpu
-r base.txt
-rdev.txt
-c constraints.txt
--pre
pywin32; sys_platform == "win32"
Zope.Interface
typing_extensions (>=4)
numpy @ https://example.com/numpy-2.0-cp312-cp312-linux_x86_64.whl
git+https://example.com/team/tool.git@v1#egg=My_Tool
./wheels/local_package-1.2-py3-none-any.whl
-e git+ssh://git@example.com/x/y.git#egg=why
-e .
./folder
not a requirement
""",
    )
    assert found.ecosystem == "pip"
    assert brief(found) == [
        ("flask", "==3.0.0", 2, False),
        ("boto3", ">=1.34,<2", 3, False),
        ("torch", "==2.3.0+cpu", 4, False),
        ("zope-interface", None, 14, False),
        ("typing-extensions", ">=4", 15, False),
        ("numpy", None, 16, False),
        ("my-tool", None, 17, False),
        ("local-package", "==1.2", 18, False),
        ("why", None, 19, False),
    ]
    assert found.dependencies[1].extras == ("crt",)
    assert sources(found)["numpy"] == "https://example.com/numpy-2.0-cp312-cp312-linux_x86_64.whl"
    assert sources(found)["my-tool"] == "git+https://example.com/team/tool.git@v1#egg=My_Tool"
    assert found.options == (
        "--index-url https://example.com/simple",
        "--extra-index-url https://download.example.com/whl/cpu",
        "-r base.txt",
        "-r dev.txt",
        "-c constraints.txt",
        "--pre",
        "-e git+ssh://git@example.com/x/y.git#egg=why",
        "-e .",
    )


def test_requirements_of_other_editors() -> None:
    assert brief(read("requirements.txt", "\ufeffa==1\r\nb\r\n")) == [
        ("a", "==1", 1, False),
        ("b", None, 2, False),
    ]
    found = read_manifest("requirements.txt", "a==1\r\nb\r\n".encode("utf-16"))
    assert found is not None
    assert [entry.name for entry in found.dependencies] == ["a", "b"]


def test_pyproject_of_the_standard_and_uv() -> None:
    found = read(
        "pyproject.toml",
        """\
[project]
name = "x"
dependencies = [
  "requests>=2.31",
  "torch==2.3",
]
[project.optional-dependencies]
gpu = ["cupy"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff==0.5"]
[tool.uv]
dev-dependencies = ["mypy"]
[tool.uv.sources]
torch = { index = "cpu" }
requests = { git = "https://example.com/requests" }
[[tool.uv.index]]
name = "cpu"
url = "https://download.example.com/whl/cpu"
explicit = true
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
""",
    )
    assert brief(found) == [
        ("requests", ">=2.31", 4, False),
        ("torch", "==2.3", 5, False),
        ("cupy", None, 8, True),
        ("pytest", None, 10, True),
        ("ruff", "==0.5", 11, True),
        ("mypy", None, 13, True),
    ]
    assert sources(found)["torch"] == "https://download.example.com/whl/cpu"
    assert sources(found)["requests"] == "https://example.com/requests"
    assert found.options == ("--extra-index-url https://download.example.com/whl/cpu", "-r requirements.txt")


def test_pyproject_of_poetry() -> None:
    found = read(
        "pyproject.toml",
        """\
[tool.poetry.dependencies]
python = "^3.12"
requests = "^2.31"
torch = {version = "2.3", source = "cpu", extras = ["a"]}
mine = {path = "../mine"}
extra = {version = "*", optional = true}
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.dev-dependencies]
black = "24"
[[tool.poetry.source]]
name = "cpu"
url = "https://download.example.com/whl/cpu"
priority = "explicit"
""",
    )
    assert brief(found) == [
        ("requests", "^2.31", 3, False),
        ("torch", "2.3", 4, False),
        ("mine", None, 5, False),
        ("extra", None, 6, True),
        ("black", "24", 10, True),
        ("pytest", None, 8, True),
    ]
    assert sources(found)["mine"] == "../mine"
    assert sources(found)["torch"] == "https://download.example.com/whl/cpu"


def test_pipenv() -> None:
    found = read(
        "Pipfile",
        """\
[[source]]
name = "pypi"
url = "https://pypi.org/simple"
[packages]
requests = "*"
django = {version = "==5.0", extras = ["argon2"]}
[dev-packages]
pytest = ">=8"
""",
    )
    assert brief(found) == [
        ("requests", None, 5, False),
        ("django", "==5.0", 6, False),
        ("pytest", ">=8", 8, True),
    ]
    assert found.options == ()
    lock = read("Pipfile.lock", '{"default": {"a": {"version": "==1"}}, "develop": {"b": {}}}')
    assert brief(lock) == [("a", "==1", None, False), ("b", None, None, True)]


def test_python_lock_files() -> None:
    poetry = read(
        "poetry.lock",
        """\
# This file is automatically @generated by Poetry
[[package]]
name = "Aio_Http"
version = "3.9"
groups = ["main", "dev"]

[package.dependencies]
name = "not this"

[[package]]
name = "pytest"
version = "8.0"
category = "dev"
""",
    )
    assert brief(poetry) == [("aio-http", "==3.9", 2, False), ("pytest", "==8.0", 10, True)]
    uv = read(
        "uv.lock",
        """\
version = 1

[[package]]
name = "boto3"
version = "1.34"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
""",
    )
    assert brief(uv) == [("boto3", "==1.34", 3, False)]


def test_setuptools() -> None:
    cfg = read(
        "setup.cfg",
        "[options]\ninstall_requires =\n  requests>=2\n  # no\n  boto3\n[options.extras_require]\ntest = pytest\n",
    )
    assert brief(cfg) == [("requests", ">=2", 3, False), ("boto3", None, 5, False), ("pytest", None, 7, True)]
    py = read(
        "setup.py",
        "setup(\n install_requires=[\n  'requests[socks]>=2', # x\n  # 'no',\n  \"boto3\",\n ],\n)\n",
    )
    assert brief(py) == [("requests", ">=2", 3, False), ("boto3", None, 5, False)]
    assert brief(read("setup.py", "setup(install_requires=read())")) == []


def test_conda_environment() -> None:
    found = read(
        "environment.yml",
        """\
name: x
channels:
  - conda-forge
dependencies:
  - python=3.12
  - conda-forge::numpy >=1.26  # why
  - pip
  - pip:
    - torch==2.3
    - -r requirements.txt
  - scipy
variables:
  - no
""",
    )
    assert [(entry.ecosystem, *row) for entry, row in zip(found.dependencies, brief(found), strict=True)] == [
        ("conda", "python", "=3.12", 5, False),
        ("conda", "numpy", ">=1.26", 6, False),
        ("conda", "pip", None, 7, False),
        ("pip", "torch", "==2.3", 9, False),
        ("conda", "scipy", None, 11, False),
    ]
    assert sources(found)["numpy"] == "conda-forge"
    assert found.options == ("-r requirements.txt",)


def test_package_json() -> None:
    found = read(
        "web/package.json",
        """\
{
  "name": "x",
  "scripts": {"sharp": "no"},
  "dependencies": {
    "@aws-sdk/client-s3": "^3.1",
    "mine": "file:../mine",
    "tool": "team/tool#main"
  },
  "optionalDependencies": {"sharp": "0.33"},
  "devDependencies": {
    "jest": "29"
  }
}
""",
    )
    assert brief(found) == [
        ("@aws-sdk/client-s3", "^3.1", 5, False),
        ("mine", None, 6, False),
        ("tool", None, 7, False),
        ("sharp", "0.33", 9, False),
        ("jest", "29", 11, True),
    ]
    assert sources(found)["tool"] == "team/tool#main"


def test_node_lock_files() -> None:
    lock = read(
        "package-lock.json",
        '{"lockfileVersion": 3, "packages": {"": {"name": "x"}, "node_modules/a": {"version": "1"},'
        ' "node_modules/a/node_modules/@s/b": {"version": "2", "dev": true}, "node_modules/l": {"link": true}}}',
    )
    assert brief(lock) == [("a", "1", None, False), ("@s/b", "2", None, True)]
    old = read("npm-shrinkwrap.json", '{"dependencies": {"a": {"version": "1", "dev": true}}}')
    assert brief(old) == [("a", "1", None, True)]
    yarn = read(
        "yarn.lock", '# yarn lockfile v1\n\n"@s/b@^1", "@s/b@^2":\n  version "1.5"\n\nc@~1:\n  version "1"\n'
    )
    assert brief(yarn) == [("@s/b", "1.5", 3, False), ("c", "1", 6, False)]
    berry = read("yarn.lock", '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.5.0\n')
    assert brief(berry) == [("a", "1.5.0", 4, False)]
    pnpm = read(
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages:\n\n  '@s/b@1.2.3':\n    resolution: {}\n\n  c@2.0.0:\n    x: y\n  /d/3.0.0:\n",
    )
    assert brief(pnpm) == [("@s/b", "1.2.3", 4, False), ("c", "2.0.0", 7, False), ("d", "3.0.0", 9, False)]


def test_ruby() -> None:
    found = read(
        "Gemfile",
        """\
source "https://rubygems.org"
gem "rails", "~> 7.1", ">= 7.1.2"
gem 'pg' # db
gem "mine", git: "https://example.com/mine.git"
group :development, :test do
  gem "rspec"
end
gem "rubocop", group: :development
group :production do
  gem "puma"
end
""",
    )
    assert brief(found) == [
        ("rails", "~> 7.1, >= 7.1.2", 2, False),
        ("pg", None, 3, False),
        ("mine", None, 4, False),
        ("rspec", None, 6, True),
        ("rubocop", None, 8, True),
        ("puma", None, 10, False),
    ]
    lock = read(
        "Gemfile.lock", "GEM\n  specs:\n    rails (7.1.2)\n      rack (>= 2)\n\nPLATFORMS\n    ruby\n"
    )
    assert brief(lock) == [("rails", "7.1.2", 3, False)]
    spec = read("x.gemspec", 's.add_dependency "a", "~> 1"\ns.add_development_dependency("b")\n')
    assert brief(spec) == [("a", "~> 1", 1, False), ("b", None, 2, True)]


def test_maven() -> None:
    found = read(
        "pom.xml",
        """\
<project>
  <properties><aws.version>2.25</aws.version></properties>
  <dependencyManagement><dependencies><dependency>
    <groupId>no</groupId><artifactId>no</artifactId>
  </dependency></dependencies></dependencyManagement>
  <dependencies>
    <!-- <dependency><groupId>no</groupId><artifactId>no</artifactId></dependency>
    -->
    <dependency>
      <groupId>software.amazon.awssdk</groupId>
      <artifactId>s3</artifactId>
      <version>${aws.version}</version>
      <exclusions><exclusion><groupId>no</groupId><artifactId>no</artifactId></exclusion></exclusions>
    </dependency>
    <dependency><groupId>org.junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>
  </dependencies>
  <build><plugins><plugin><dependencies><dependency>
    <groupId>no</groupId><artifactId>no</artifactId>
  </dependency></dependencies></plugin></plugins></build>
</project>
""",
    )
    assert brief(found) == [
        ("software.amazon.awssdk:s3", "2.25", 9, False),
        ("org.junit:junit", None, 15, True),
    ]


def test_gradle() -> None:
    found = read(
        "build.gradle",
        """\
dependencies {
    implementation 'com.amazonaws:aws-lambda-java-core:1.2.3'
    implementation("org.x:y") // z
    // implementation 'no:no:1'
    implementation platform('no:bom:1')
    runtimeOnly group: 'g', name: 'n', version: '1'
    testImplementation 'junit:junit:4.13'
    implementation(kotlin("stdlib"))
    implementation libs.unknown
}
""",
    )
    assert brief(found) == [
        ("com.amazonaws:aws-lambda-java-core", "1.2.3", 2, False),
        ("org.x:y", None, 3, False),
        ("g:n", "1", 6, False),
        ("junit:junit", "4.13", 7, True),
        ("org.jetbrains.kotlin:kotlin-stdlib", None, 8, False),
    ]
    catalog = read(
        "gradle/libs.versions.toml",
        '[versions]\nv = "1.0"\n[libraries]\na = "g:a:2"\nb = {module = "g:b", version.ref = "v"}\n',
    )
    assert brief(catalog) == [("g:a", "2", 4, False), ("g:b", "1.0", 5, False)]


def test_nuget() -> None:
    found = read(
        "src/App.csproj",
        """\
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <PackageReference Include="Amazon.Lambda.Core" Version="2.2.0" />
    <PackageReference Include="Analyzer">
      <Version>1.0</Version>
      <PrivateAssets>all</PrivateAssets>
    </PackageReference>
    <ProjectReference Include="..\\Shared\\Shared.csproj" />
  </ItemGroup>
</Project>
""",
    )
    assert brief(found) == [
        ("amazon.lambda.core", "2.2.0", 3, False),
        ("analyzer", "1.0", 4, True),
        ("shared", None, 8, False),
    ]
    assert sources(found)["shared"] == "../Shared/Shared.csproj"
    assert brief(read("packages.config", '<packages><package id="A" version="1"/></packages>')) == [
        ("a", "1", 1, False)
    ]


def test_go_cargo_composer() -> None:
    go = read(
        "go.mod",
        "module x\ngo 1.22\nrequire github.com/aws/aws-lambda-go v1.47.0\nrequire (\n\ta.b/c v1 // indirect\n)\n"
        "replace a.b/c => ../c\n",
    )
    assert brief(go) == [("github.com/aws/aws-lambda-go", "v1.47.0", 3, False), ("a.b/c", "v1", 5, False)]
    assert sources(go)["a.b/c"] == "../c"
    cargo = read(
        "Cargo.toml",
        '[dependencies]\nlambda_runtime = "0.11"\nserde = { version = "1", features = [] }\n'
        '[dev-dependencies]\nmine = { path = "../mine" }\n',
    )
    assert brief(cargo) == [
        ("lambda_runtime", "0.11", 2, False),
        ("serde", "1", 3, False),
        ("mine", None, 5, True),
    ]
    composer = read(
        "composer.json", '{"require": {"php": ">=8", "Bref/Bref": "^2"},\n "require-dev": {"p/u": "10"}}'
    )
    assert brief(composer) == [("bref/bref", "^2", 1, False), ("p/u", "10", 2, True)]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("app.py", b"x"),
        ("package.json", b"{"),
        ("package.json", b"[]"),
        ("package.json", b"[" * 100_000),
        ("pyproject.toml", b"[project"),
        ("pyproject.toml", b"a = " + b"[" * 50_000),
        ("pyproject.toml", b"a." * 100_000 + b"b = 1"),
        ("pyproject.toml", b"#" * 300_000),
        ("Cargo.toml", b"\x00"),
        ("composer.json", b"\xff\xfe"),
        ("requirements.txt", b"a\n" * 600_000),
        ("package-lock.json", b" " * 9_000_000),
        ("yarn.lock", b"<html></html>"),
    ],
)
def test_what_cannot_be_read_is_none(path: str, data: bytes) -> None:
    assert read_manifest(path, data) is None


def test_sections_of_the_wrong_kind_are_passed_over() -> None:
    assert brief(read("package.json", '{"dependencies": ["a"], "devDependencies": {"b": 1}}')) == [
        ("b", None, 1, True)
    ]
    assert (
        brief(
            read("pyproject.toml", 'project = 1\ntool = {poetry = {dependencies = 3}, uv = {sources = "x"}}')
        )
        == []
    )
    assert brief(read("composer.json", '{"require": "x"}')) == []
    assert brief(read("package-lock.json", '{"packages": {"node_modules/a": 1}}')) == [
        ("a", None, None, False)
    ]


NAMES = [
    "requirements.txt",
    "pyproject.toml",
    "Pipfile.lock",
    "uv.lock",
    "setup.cfg",
    "setup.py",
    "environment.yml",
    "package.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Gemfile",
    "x.gemspec",
    "Gemfile.lock",
    "pom.xml",
    "build.gradle",
    "App.csproj",
    "go.mod",
    "Cargo.toml",
    "composer.json",
]


@pytest.mark.parametrize(
    "unit",
    [
        b" ",
        b"\n",
        b"-",
        b"a.",
        b"<dependency>",
        b"<a>",
        b"gem ",
        b"group do\n",
        b"'",
        b'"',
        b"a:",
        b"\\\n",
        b"[",
        b"<package ",
    ],
)
def test_long_files_are_read_in_linear_time(unit: bytes) -> None:
    data = unit * (900_000 // len(unit))
    for name in NAMES:
        read_manifest(name, data)
        read_manifest(name, b"install_requires=[" + data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    found = read_manifest(name, data)
    assert found is None or all(isinstance(entry, Dependency) for entry in found.dependencies)

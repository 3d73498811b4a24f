"""Package-manager calls: what they do, to which packages, with which options and manifests."""

from __future__ import annotations

import pytest

from tests.shell.support import call, calls, source_of


def named(text: str) -> list[tuple[str, str | None, bool, str]]:
    return [(p.name, p.version, p.pinned, p.kind) for p in call(text).packages]


@pytest.mark.parametrize(
    ("text", "manager", "action", "verb"),
    [
        ("apt-get update", "apt", "update", "update"),
        ("apt -y install curl", "apt", "install", "install"),
        ("aptitude install -y curl", "apt", "install", "install"),
        ("apt-get -t stable dist-upgrade -y", "apt", "upgrade", "dist-upgrade"),
        ("apt-get autoremove -y", "apt", "remove", "autoremove"),
        ("apt-get clean", "apt", "clean", "clean"),
        ("yum -y localinstall x.rpm", "yum", "install", "localinstall"),
        ("yum update -y", "yum", "upgrade", "update"),
        ("dnf module enable nodejs:20", "dnf", "configure", "module enable"),
        ("microdnf clean all", "microdnf", "clean", "clean"),
        ("tdnf install -y tar", "tdnf", "install", "install"),
        ("dnf5 makecache", "dnf", "update", "makecache"),
        ("apk -U add curl", "apk", "install", "add"),
        ("apk cache clean", "apk", "clean", "cache clean"),
        ("zypper --non-interactive in gcc", "zypper", "install", "in"),
        ("pip3.11 install x", "pip", "install", "install"),
        ("/opt/venv/bin/pip install x", "pip", "install", "install"),
        ("python3 -u -m pip install x", "pip", "install", "install"),
        ("python -mpip download x", "pip", "download", "download"),
        ("pip cache purge", "pip", "clean", "cache purge"),
        ("uv pip install x", "uv", "install", "pip install"),
        ("uv sync --frozen", "uv", "install", "sync"),
        ("poetry cache clear pypi --all -n", "poetry", "clean", "cache clear"),
        ("poetry run pip install x", "pip", "install", "install"),
        ("conda run -n base pip install x", "pip", "install", "install"),
        ("mamba env update -f env.yml", "conda", "install", "env update"),
        ("npm i -g x", "npm", "install", "i"),
        ("npm cache clean --force", "npm", "clean", "cache clean"),
        ("npm prune --production", "npm", "remove", "prune"),
        ("npm run build", "npm", "run", "run"),
        ("yarn global add x", "yarn", "install", "global add"),
        ("yarn workspaces focus --production", "yarn", "install", "workspaces focus"),
        ("yarn build", "yarn", "run", "build"),
        ("corepack yarn install", "yarn", "install", "install"),
        ("pnpm store prune", "pnpm", "clean", "store prune"),
        ("bundle config set without test", "bundle", "configure", "config set"),
        ("bundle exec gem install x", "gem", "install", "install"),
        ("go mod download", "go", "install", "mod download"),
        ("go build ./...", "go", "build", "build"),
        ("cargo +nightly chef cook --release", "cargo", "build", "chef cook"),
        ("./mvnw -B clean package", "maven", "build", "package"),
        ("mvn clean", "maven", "clean", "clean"),
        ("sbt -mem 2048 clean assembly", "sbt", "build", "assembly"),
        ("bun ci", "bun", "install", "ci"),
        ("mix deps.get --only prod", "mix", "install", "deps.get"),
        ("swift package resolve", "swift", "install", "package resolve"),
        ("flutter pub get", "dart", "install", "pub get"),
        ("carton install --deployment", "carton", "install", "install"),
        ("lein uberjar", "leiningen", "build", "uberjar"),
        ("amazon-linux-extras install -y python3.8", "amazon-linux-extras", "install", "install"),
        ("pacman -Suy --noconfirm", "pacman", "upgrade", "-Suy"),
        ("pacman --noconfirm -Syu git", "pacman", "install", "-Syu"),
        ("pacman -Scc", "pacman", "clean", "-Scc"),
        ("pacman -Rns git", "pacman", "remove", "-Rns"),
        ("mvn dependency:go-offline", "maven", "install", "dependency:go-offline"),
        ("sh ./gradlew :app:build -x test", "gradle", "build", ":app:build"),
        ("dotnet nuget locals all --clear", "dotnet", "clean", "nuget locals"),
        ("php composer.phar install", "composer", "install", "install"),
        ("pipx install poetry", "pipx", "install", "install"),
        ("pdm sync", "pdm", "install", "sync"),
    ],
)
def test_manager_action_and_verb(text: str, manager: str, action: str, verb: str) -> None:
    operation = call(text)
    assert (operation.manager, operation.action) == (manager, action)
    assert operation.verb is not None
    assert operation.verb.value == verb


@pytest.mark.parametrize(
    "text",
    ["yarn --version", "pip --version", "$APT install x", "echo pip install x", "corepack enable", "python -m venv /v",
     "python app.py -m pip install", "apt-key add x", "mvn --version", "bundle -v"],
)  # fmt: skip
def test_no_call(text: str) -> None:
    assert calls(text) == ()


def test_bare_yarn_installs_what_package_json_lists() -> None:
    operation = call("yarn")
    assert (operation.action, operation.verb) == ("install", None)
    assert [m.path for m in operation.manifests] == ["package.json", "yarn.lock"]


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("apt-get install curl=7.88.1 git=1:2.* nginx/bookworm", [("curl", "=7.88.1", True, "name"), ("git", "=1:2.*", False, "name"), ("nginx", "/bookworm", False, "name")]),
        ("apt-get install g++ g++-12 vim- libc6:amd64=2.3 $P=$V", [("g++", None, False, "name"), ("g++-12", None, False, "name"), ("vim", None, False, "name"), ("libc6", "=2.3", True, "name"), ("$P", "=$V", True, "variable")]),
        ("apt-get install php-{curl,xml} ./x.deb", [("php-curl", None, False, "name"), ("php-xml", None, False, "name"), ("./x.deb", None, False, "path")]),
        ("apt-get install $PKGS linux-$(uname -r)", [("$PKGS", None, False, "variable"), ("linux-$()", None, False, "variable")]),
        ("yum install java-1.8.0-openjdk glibc-2.34-60.amzn2023 gcc-c++ @dev", [("java-1.8.0-openjdk", None, False, "name"), ("glibc", "-2.34-60.amzn2023", True, "name"), ("gcc-c++", None, False, "name"), ("dev", None, False, "group")]),
        ("dnf groupinstall 'Development Tools'", [("Development Tools", None, False, "group")]),
        ("apk add -t .deps gcc musl-dev~=1 python3=3.9-r0", [("gcc", None, False, "name"), ("musl-dev", "~=1", False, "name"), ("python3", "=3.9-r0", True, "name")]),
        ('pip install "boto3[crt]>=1.34" numpy==1.26.4 x==1.* y~=2.0 z==$V', [("boto3", ">=1.34", False, "name"), ("numpy", "==1.26.4", True, "name"), ("x", "==1.*", False, "name"), ("y", "~=2.0", False, "name"), ("z", "==$V", True, "name")]),
        ("pip install git+https://h/a@v1.2#egg=b git+https://h/c@main https://h/torch-2.1.0-cp311-none-any.whl", [("b", None, True, "vcs"), ("git+https://h/c@main", None, False, "vcs"), ("torch", None, True, "url")]),
        ("pip install . ./lib .[dev] dist/a-1.0-py3-none-any.whl $X 'f @ https://h/f.zip'", [(".", None, False, "path"), ("./lib", None, False, "path"), (".", None, False, "path"), ("dist/a-1.0-py3-none-any.whl", None, True, "path"), ("$X", None, False, "variable"), ("f", None, False, "url")]),
        ("pip install -e . -t out x", [("x", None, False, "name"), (".", None, False, "path")]),
        ("npm i -g npm@9 @a/b@1.2.3 c@latest a/b ./d", [("npm", "@9", False, "name"), ("@a/b", "@1.2.3", True, "name"), ("c", "@latest", False, "name"), ("a/b", None, False, "vcs"), ("./d", None, False, "path")]),
        ("gem install rails:7.0.1 -v 1.2 x", [("rails", ":7.0.1", True, "name"), ("x", "1.2", True, "name")]),
        ("go install h/x@v1.2.3 h/y@latest", [("h/x", "@v1.2.3", True, "name"), ("h/y", "@latest", False, "name")]),
        ("conda install -c c numpy=1.26 f::x", [("numpy", "=1.26", True, "name"), ("x", None, False, "name")]),
        ("cargo install cargo-lambda --version 1.2.3", [("cargo-lambda", "1.2.3", True, "name")]),
        ("composer require a/b:^1.0", [("a/b", ":^1.0", False, "name")]),
    ],
)  # fmt: skip
def test_packages(text: str, packages: list[tuple[str, str | None, bool, str]]) -> None:
    assert named(text.replace("$PKGS", "${PKGS}")) == packages


def test_an_unquoted_comparison_is_a_redirection() -> None:
    operation = call("pip install boto3>=1.34")
    assert [(p.name, p.version) for p in operation.packages] == [("boto3", None)]
    assert operation.command.redirects[0].target is not None


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("apt-get -qqy -o K=V install --no-install-recommends -t stable x", ("-qq", "-y", "-o=K=V", "--no-install-recommends", "-t=stable")),
        ("pip install -Ur r.txt --no-cache-dir -tout", ("-U", "-r=r.txt", "--no-cache-dir", "-t=out")),
        ("conda clean -afy", ("-a", "-f", "-y")),
        ("go build -ldflags '-s -w' -o /x", ("-ldflags=-s -w", "-o=/x")),
        ("bundle install -j4", ("-j4",)),
        ("pip install --index-url=$URL x", ("--index-url=$URL",)),
    ],
)  # fmt: skip
def test_options(text: str, options: tuple[str, ...]) -> None:
    assert call(text).options == options


@pytest.mark.parametrize(
    ("text", "manifests"),
    [
        ("pip install -r a.txt --requirement=b.txt -c c.txt", [("a.txt", False), ("b.txt", False)]),
        ("npm ci", [("package.json", True), ("package-lock.json", True)]),
        ("npm --prefix app/ install", [("app/package.json", True), ("app/package-lock.json", True)]),
        ("npm install x", []),
        ("dotnet restore src/a.csproj", [("src/a.csproj", False)]),
        ("dotnet build /p:A=B x.sln", [("x.sln", False)]),
        ("dotnet restore", [("*.csproj", True)]),
        ("mvn -f app/pom.xml package", [("app/pom.xml", False)]),
        ("poetry install", [("pyproject.toml", True), ("poetry.lock", True)]),
        ("go install ./cmd/x", [("go.mod", True), ("go.sum", True)]),
        ("go install h/x@v1.2.3", []),
        ("bundle install", [("Gemfile", True), ("Gemfile.lock", True)]),
        ("composer install", [("composer.json", True), ("composer.lock", True)]),
        ("cargo fetch", [("Cargo.toml", True), ("Cargo.lock", True)]),
    ],
)  # fmt: skip
def test_manifests(text: str, manifests: list[tuple[str, bool]]) -> None:
    assert [(m.path, m.implied) for m in call(text).manifests] == manifests


def test_numbers_and_places() -> None:
    text = "set -e; \\\n  pip install \\\n    boto3 && rm -rf x && apt-get clean"
    first, second = calls(text)
    source = source_of(text)
    assert (first.number, second.number) == (1, 3)
    assert source.slice(first.span) == "pip install \\\n    boto3"
    assert source.slice(first.packages[0].span) == "boto3"


def test_has_ignores_values() -> None:
    operation = call("npm ci --omit=dev")
    assert operation.has("--omit")
    assert not operation.has("--production")


def test_a_long_brace_bomb_stays_as_it_is() -> None:
    bomb = "{a,b}" * 30
    assert [p.name for p in call(f"apt-get install {bomb}").packages] == [bomb]


def test_every_operand_of_a_manager_without_verbs_is_a_package() -> None:
    assert [package.name for package in call("emerge -q dev-vcs/git app-editors/vim").packages] == [
        "dev-vcs/git",
        "app-editors/vim",
    ]
    assert [manifest.path for manifest in call("cpanm --installdeps .").manifests] == ["cpanfile"]

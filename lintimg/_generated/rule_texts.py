"""The long texts of every rule, compiled from rules/ by `python -m lintimg.dev sync`. Never edit."""

from __future__ import annotations

from typing import Any

TEXTS: dict[str, tuple[Any, ...]] = {'LI000': ("The build stops here before its first step. lintimg reads Dockerfiles by BuildKit's own rules, "
           'so what it reports as a\n'
           'syntax error is what `docker build` would say. What can still be read of the file is checked all '
           'the same. This rule\n'
           "can't be switched off.",
           ('https://docs.docker.com/reference/dockerfile/',),
           (),
           ('dockerfile parse error', 'unknown instruction', 'failed to solve', 'unterminated heredoc'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPPY app.py ./\nCMD ["app.handler"]\n',
            '# The function that answers orders\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY orders.py ./\n'
            'CMD ["orders.handler"]\n'
            '\n'
            'RUN <<EOF\n'
            'echo done\n'
            '  EOF\n',
            'FROM public.ecr.aws/lambda/python:3.14 # the runtime\nCMD ["app.handler"]\n',
            'LABEL early=yes\nFROM alpine:3.22\nONBUILD FROM alpine:3.22\nONBUILD ONBUILD RUN true\n'),
           ('# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN --mount=type=cache,target=/root/.cache/pip <<-EOF\n'
            '\tset -e\n'
            '\tpip install boto3==1.40.0\n'
            '\tEOF\n'
            'COPY --link --chmod=0644 app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN echo one && \\\n'
            '    # two comes next\n'
            '\n'
            '    echo two\n'
            'CMD ["app.handler"]\n'),
           (None, None, None, None)),
 'LI001': ('Templates of Jinja, cookiecutter, Go and the like look like Dockerfiles and are none until they '
           'are rendered. Findings\n'
           'about half a Dockerfile would be guesses, so there are none.',
           ('https://docs.docker.com/reference/dockerfile/',),
           (),
           (),
           ('FROM {{ cookiecutter.base_image }}\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '{% if extras %}\n'
            'COPY extras.txt ./\n'
            'RUN pip install --no-cache-dir -r extras.txt\n'
            '{% endif %}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV STAGE=prod\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            "RUN curl --version && printf '{{.Name}}\\n' > /var/task/format.txt\n"
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY <<EOF ./config.json\n'
            '{"name": "{{ later }}"}\n'
            'EOF\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI002': ('A comment that silences nothing hides the next real finding and misleads the reader. It is '
           'reported only for rules that\n'
           'ran on this file, so a rule that is switched off does not make its comments wrong.',
           ('https://docs.docker.com/reference/dockerfile/',),
           (),
           (),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            '# lintimg: ignore[LI104] pinned since\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            '# lintimg: file-ignore[LI1, LI104 ,LI402,LI104] our own base\n'
            'FROM python:3.14-slim\n'
            '\n'
            'RUN set -eu; \\\n'
            '    # lintimg: ignore[LI402] there was an installation here\n'
            '    true; \\\n'
            '    pip install boto3==1.40.0\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            '# lintimg: file-ignore[LI104]\n'
            '# escape=`\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            '# lintimg: file-ignore[LI9999]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n# lintimg: ignore\nCMD ["app.handler"]\n'),
           ('# lintimg: ignore[LI104] we follow the newest on purpose\n'
            'FROM public.ecr.aws/lambda/python:latest\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            '# Checked by lintimg in CI.\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            '# lintimg: file-ignore[LI1, LI402] our own base\n'
            'FROM python:3.14-slim\n'
            '\n'
            'RUN set -eu; \\\n'
            '    true; \\\n'
            '    pip install boto3==1.40.0\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            None,
            None,
            None)),
 'LI101': ("AWS's base images hold the operating system, the runtime and the runtime interface client, get "
           'patched by AWS, and are so\n'
           'common that their layers are already cached where functions start. Another base works if '
           'something in the image speaks\n'
           'the Lambda Runtime API: a runtime interface client, the Lambda Web Adapter, or a Go or Rust '
           'binary that has the client\n'
           "compiled in. It is then at most worth knowing. A base shared by a team's functions is good "
           'practice: images in a private\n'
           'ECR registry are trusted, others can be listed under trusted-bases.\n'
           '\n'
           "An image that lintimg does not know may well be derived from AWS's: it is worth a word, not a "
           'warning.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://aws.amazon.com/blogs/compute/optimizing-lambda-functions-packaged-as-container-images/'),
           ('lambda', 'size'),
           ('non-AWS base image',
            'runtime interface client',
            'Windows container image',
            'image operating system "windows" cannot be used'),
           ('FROM python:3.13-slim\nWORKDIR /function\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM mcr.microsoft.com/windows/servercore:ltsc2022\n'
            'WORKDIR /app\n'
            'COPY --from=build /publish .\n'
            'CMD ["Orders.exe"]\n',
            'FROM python:3.13-slim AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /function -r requirements.txt awslambdaric==3.1.1\n'
            '\n'
            'FROM python:3.13-slim\n'
            'WORKDIR /function\n'
            'COPY --from=build /function /function\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n',
            'FROM nginx:1.29\nCOPY html/ /usr/share/nginx/html/\n',
            'FROM ghcr.io/someone/libreoffice-on-lambda:7.6\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM bref/php-83:2\nCOPY . /var/task\nCMD ["public/index.php"]\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /main .\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM gcc:14 AS native\n'
            'COPY fast.c /src/\n'
            'RUN gcc -shared -o /fast.so /src/fast.c\n'
            '\n'
            'FROM python:3.13-slim\n'
            'COPY --from=native /fast.so /function/\n'
            'COPY app.py /function/\n'
            'CMD ["python", "/function/app.py"]\n',
            'FROM public.ecr.aws/docker/library/python:3.13\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM '
            'amazon/aws-lambda-python@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG RUNTIME=public.ecr.aws/lambda/python:3.14\n'
            'FROM ${RUNTIME} AS Base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM 123456789012.dkr.ecr.eu-west-1.amazonaws.com/python-base:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM ghcr.io/acme/python-lambda:3\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'ARG BASE\nFROM ${BASE}\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           (None, None, None, None, None, None, None, None, None, None)),
 'LI102': ('Lambda does not call a program, the program calls Lambda: it asks the Runtime API for the next '
           'event and posts the\n'
           "answer. AWS's base images bring the client that does so. On another base it must be installed "
           '(awslambdaric,\n'
           'aws-lambda-ric, aws_lambda_ric, the Java client, Amazon.Lambda.RuntimeSupport), linked into the '
           'binary (Go, Rust), or\n'
           'replaced by the Lambda Web Adapter. Without it the first invoke ends in Runtime.ExitError, in '
           '"Couldn\'t find valid\n'
           'bootstrap(s)", or in a timeout.\n'
           '\n'
           'It is an error where everything that is installed could be read and none of it is a client, a '
           'warning where a manifest\n'
           'is not at hand or where it is not certain that this is a function. Bases of unknown content are '
           'not judged, nor are\n'
           'binaries, entry scripts out of sight, and assemblies and jars whose project file is not at hand.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/aws/aws-lambda-web-adapter'),
           ('lambda',),
           ("Couldn't find valid bootstrap(s)",
            'Runtime exited without providing a reason',
            'Runtime exited with error: exit status',
            'Runtime.ExitError',
            'Task timed out after 3.00 seconds'),
           ('FROM python:3.12-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim AS build\n'
            'WORKDIR /app\n'
            'COPY server.ts tsconfig.json ./\n'
            'RUN node --version\n'
            '\n'
            'FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY --from=build /app/server.ts ./\n'
            'ENV PORT=8080\n'
            'CMD ["node", "server.ts"]\n',
            'FROM public.ecr.aws/docker/library/python:3.13-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM python:3.13-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.12-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /main .\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM ghcr.io/acme/python:3.12\n'
            'COPY --chmod=0755 entry.sh /entry.sh\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n'),
           (None, None, None, None)),
 'LI103': ('From its deprecation date AWS patches neither the runtime nor the operating system of a base '
           'image. Functions built from\n'
           'it keep running and can still be deployed, so nothing fails on that day; but every security hole '
           'found afterwards\n'
           'stays in the image. `fail-deprecated: true` in .lintimg.yaml makes this an error. 180 days '
           'before the date it is\n'
           'reported for your information.\n'
           '\n'
           "The dates are those of AWS's runtime table; `lintimg check --as-of DATE` judges as of another "
           'day.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',),
           ('lambda', 'security'),
           ('runtime is no longer supported', 'deprecated runtime', 'end of support'),
           ('FROM amazon/aws-lambda-nodejs:12\nCOPY app.js ./\nCMD ["app.lambdaHandler"]\n',
            'FROM public.ecr.aws/lambda/python:3.8-arm64 AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.8-arm64\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}/\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.9.2024.11.22.18\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'ARG PYTHON="3.9"\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON} AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON}\n'
            'COPY --from=build /deps ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM '
            'public.ecr.aws/lambda/nodejs:18@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d\n'
            'COPY app.js ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.3\nCOPY app.rb ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:18\n'
            'COPY index.mjs package.json /srv/\n'
            'WORKDIR /srv\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:24\nCOPY app.js ./\nCMD ["app.handler"]\n',
            'FROM '
            'public.ecr.aws/lambda/python@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.8 AS build\n'
            'COPY assets/ /assets/\n'
            'RUN python -m compileall /assets\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /assets ./assets\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/java:8.al2\n'
            'COPY build/ ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["com.example.Handler::handleRequest"]\n'),
           ('FROM amazon/aws-lambda-nodejs:24\nCOPY app.js ./\nCMD ["app.lambdaHandler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14-arm64 AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14-arm64\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}/\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'ARG PYTHON="3.14"\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON} AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON}\n'
            'COPY --from=build /deps ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None,
            'FROM public.ecr.aws/lambda/ruby:4.0\nCOPY app.rb ./\nCMD ["app.handler"]\n',
            None)),
 'LI104': ('`latest`, and no tag at all, mean a different image every few weeks. A function that was built '
           'on Python 3.13 on Monday\n'
           'may find itself on 3.14 on Tuesday, without its dependencies, or on an operating system without '
           "yum. On AWS's bases name\n"
           'the runtime (python:3.14): AWS patches that tag in place, which is what you want. A digest pins '
           'everything.\n'
           '\n'
           'Stages are no images, in whatever case they are written, and so is a name that a variable '
           'completes to that of a stage (`FROM build-$TARGETARCH`); hadolint takes some of them for images. '
           'A base in a variable is judged by the default of its ARG.',
           ('https://docs.docker.com/build/building/best-practices/#pin-base-image-versions',
            'https://github.com/aws/aws-lambda-base-images/issues/124'),
           ('reproducibility',),
           (),
           ('FROM public.ecr.aws/lambda/python:latest\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:latest-arm64\nCOPY app.js ./\nCMD ["app.handler"]\n',
            'ARG BASE=public.ecr.aws/lambda/nodejs\n'
            'FROM node AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM ${BASE}\n'
            'COPY --from=build /app/dist/ ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM '
            'public.ecr.aws/lambda/python:latest@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG OTHER\n'
            'FROM registry.example.com:5000/go/builder:1.25 AS build\n'
            'COPY main.go ./\n'
            'RUN ["/build"]\n'
            '\n'
            'FROM ${OTHER} AS tools\n'
            '\n'
            'FROM scratch AS rootfs\n'
            'COPY --from=build /main /main\n'
            '\n'
            'FROM rootfs\n'
            'ENTRYPOINT ["/main"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24-arm64\nCOPY app.js ./\nCMD ["app.handler"]\n',
            'ARG BASE=public.ecr.aws/lambda/nodejs:24\n'
            'FROM node AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM ${BASE}\n'
            'COPY --from=build /app/dist/ ./\n'
            'CMD ["index.handler"]\n')),
 'LI105': ('Amazon Linux 2 itself ended on 2026-06-30. AWS keeps patching the Lambda base images that are '
           'built on it until the date of\n'
           'their own runtime, but only for holes that it rates critical, or important in some packages. '
           'Nothing fails; it is time to plan\n'
           'the move. Java offers the same version on Amazon Linux 2023 (java:17.al2023), the other '
           'languages a newer one.\n'
           '\n'
           'Base images whose runtime is deprecated, or soon will be, are reported by LI103 instead, and the '
           'plain system image, which gets nothing at all, by LI110.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',
            'https://github.com/aws/aws-lambda-roadmap/issues/86'),
           ('lambda', 'security'),
           ('Amazon Linux 2 end of life',
            'GLIBC_2.28 not found',
            'Cannot find a valid baseurl for repo: amzn2-core'),
           ('FROM maven:3.9-amazoncorretto-17 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:go-offline\n'
            'COPY src ./src\n'
            'RUN mvn -q compile dependency:copy-dependencies -DincludeScope=runtime\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:17\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            'FROM public.ecr.aws/lambda/python:3.11-arm64 AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.11-arm64\n'
            'COPY --from=build /deps ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/java:17.al2023\n'
            'COPY build/ ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            'FROM public.ecr.aws/lambda/java:11 AS build\n'
            'COPY src/ ./src/\n'
            'RUN javac -d /out src/com/example/*.java\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /out ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["com.example.Handler::handleRequest"]\n'),
           ('FROM maven:3.9-amazoncorretto-17 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:go-offline\n'
            'COPY src ./src\n'
            'RUN mvn -q compile dependency:copy-dependencies -DincludeScope=runtime\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:17.al2023\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            'FROM public.ecr.aws/lambda/python:3.14-arm64 AS build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14-arm64\n'
            'COPY --from=build /deps ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n')),
 'LI106': ("The tags of AWS's base images are a version (3.14, 24, 8.al2, al2023), perhaps a date "
           '(3.14.2026.04.22.11) and an architecture,\n'
           'which is x86_64 or arm64, never amd64. The managed runtimes are spelt otherwise (nodejs24.x, '
           'provided.al2023), and official\n'
           "images have variants that AWS's do not (-slim, -alpine). Such a tag was never pushed, so the "
           'pull fails with "not found".\n'
           '\n'
           'Previews are for trying things out: a python:3.15 was there for some days in July 2026 and then '
           'withdrawn. A tag beside a digest\n'
           'is not looked up and not judged.',
           ('https://gallery.ecr.aws/lambda',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/aws/aws-lambda-python-runtime-interface-client/issues/216'),
           ('lambda',),
           ('manifest unknown', 'public.ecr.aws/lambda not found', 'failed to resolve source metadata'),
           ('FROM public.ecr.aws/lambda/python:3.14-amd64\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'ARG NODE=24.x\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE} AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE}\n'
            'COPY --from=build /var/task/dist/ ./\n'
            'ENV NODE_OPTIONS=--enable-source-maps\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.5 AS old\n'
            'FROM public.ecr.aws/lambda/python:3.99\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:26-preview\nCOPY index.js ./\nCMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14.2026.04.22.11-arm64\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:26-preview AS try\n'
            'COPY index.js ./\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14-x86_64\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'ARG NODE=24\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE} AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE}\n'
            'COPY --from=build /var/task/dist/ ./\n'
            'ENV NODE_OPTIONS=--enable-source-maps\n'
            'CMD ["index.handler"]\n',
            None,
            None)),
 'LI108': ('AWS publishes its Lambda base images in the ECR Public Gallery, public.ecr.aws/lambda/python and '
           'so on, and documents that name alone. The repositories amazon/aws-lambda-python of Docker Hub '
           "get the same tags, but pulls from there count against Docker Hub's limits: 100 in six hours "
           'without a login,\n'
           'shared by everyone behind the same address, as CI runners are.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://gallery.ecr.aws/lambda',
            'https://docs.docker.com/docker-hub/usage/'),
           ('lambda',),
           ('toomanyrequests: You have reached your pull rate limit',
            'You have reached your unauthenticated pull rate limit',
            '429 Too Many Requests docker.io amazon/aws-lambda'),
           ('FROM amazon/aws-lambda-python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM docker.io/amazon/aws-lambda-nodejs:24 AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM docker.io/amazon/aws-lambda-nodejs:24\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /var/task/dist/ ./\n'
            '\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM registry.example.com/team/aws-lambda-python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /var/task/dist/ ./\n'
            '\n'
            'CMD ["index.handler"]\n')),
 'LI109': ('A manifest says which version of the language a project needs, and the base image which one '
           'there is. When one of them moves and the other stays, the build stops, or worse, the image '
           'builds and the function fails at its first invoke: a jar for Java 21 on\n'
           'public.ecr.aws/lambda/java:17 (UnsupportedClassVersionError), an assembly for net10.0 on '
           'dotnet:8.\n'
           '\n'
           'Compared are go.mod with the official Go image, the release of pom.xml or build.gradle with the '
           'Java that runs, requires-python where the project itself is installed, and the target framework '
           'of the project files with the SDK and the run-time image. Only what surely fails is\n'
           'reported: newer images that run older projects are fine, and so are GOTOOLCHAIN, roll-forward '
           'and self-contained programs.',
           ('https://go.dev/doc/toolchain',
            'https://docs.aws.amazon.com/lambda/latest/dg/csharp-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/java-image.html',
            'https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python'),
           ('lambda',),
           ('go: go.mod requires go >= 1.25 (running go 1.23.4; GOTOOLCHAIN=local)',
            'java.lang.UnsupportedClassVersionError: has been compiled by a more recent version of the Java '
            'Runtime',
            "requires a different Python: 3.9.23 not in '>=3.11'",
            'Current Python version is not allowed by the project',
            'error NETSDK1045: The current .NET SDK does not support targeting .NET 10.0',
            'You must install or update .NET to run this application'),
           ('FROM golang:1.23-alpine AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:17.al2023\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["Handler::handleRequest"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY pyproject.toml ./\n'
            'COPY orders ./orders\n'
            'RUN pip install --no-cache-dir .\n'
            'CMD ["orders.app.handler"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n'),
           ('FROM golang:1.25-alpine AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM golang:1.23-alpine AS build\n'
            'ENV GOTOOLCHAIN=auto\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM golang:1.25-alpine AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            None,
            None,
            None)),
 'LI110': ('A base image whose publisher has ended its support is not built anew when a hole is found, so no '
           "rebuild of yours brings the patch. Versions and dates are those of the publishers' life-cycle "
           'pages,\n'
           'in `lintimg/checks/data/end_of_life.json`; support that has to be paid for does not count. The '
           'system in the tag counts as well (`python:3.12-buster`).\n'
           '\n'
           'The packages of old releases of Debian, CentOS and Ubuntu are taken off the mirrors that the '
           'image asks, and apt-get or yum then stops the build. That is a warning, unless the file moves '
           'the sources to the archive; so is\n'
           "the base of a function. Elsewhere it is worth knowing. AWS's own Lambda images are LI103's.",
           ('https://wiki.debian.org/LTS',
            'https://ubuntu.com/about/release-cycle',
            'https://endoflife.date/'),
           ('security',),
           ("The repository 'http://deb.debian.org/debian buster Release' does not have a Release file",
            "Failed to download metadata for repo 'appstream': Cannot prepare internal mirrorlist",
            'Could not resolve host: mirrorlist.centos.org',
            '404  Not Found [IP: 151.101.2.132 80] stretch/updates'),
           ('FROM debian:stretch-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n'
            'FROM centos:8\n'
            'RUN yum install -y jq && yum clean all && rm -rf /var/cache/yum\n',
            'FROM node:20-buster AS site\n'
            'WORKDIR /site\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY site/ ./\n'
            'RUN npm run build\n'
            '\n'
            'FROM python:3.12-alpine3.18 AS tools\n'
            'RUN pip install --no-cache-dir --target /tools httpie==3.2.4\n'
            '\n'
            'FROM python:3.9.18-slim\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1 -r requirements.txt\n'
            'COPY --from=site /site/dist/ ./site/\n'
            'COPY --from=tools /tools/ /tools/\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM debian:10\n'
            'RUN sed -i s/deb.debian.org/archive.debian.org/ /etc/apt/sources.list\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n'),
           ('FROM debian:bookworm-slim AS a\n'
            'FROM ubuntu:24.04 AS b\n'
            'FROM alpine:3.22 AS c\n'
            'FROM node:24-trixie AS d\n'
            'FROM example/python:2.7 AS e\n'
            'FROM python:3-slim AS f\n'
            'FROM openjdk:28-ea-jdk AS g\n'
            'FROM mcr.microsoft.com/dotnet/sdk:10.0\n',
            'FROM node:24-bookworm AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /app/dist/index.js ./\n'
            'CMD ["index.handler"]\n'),
           (None, None, None)),
 'LI201': ("AWS's base images start /lambda-entrypoint.sh, which takes exactly one argument: the handler. A "
           'CMD in shell form\n'
           '(CMD app.handler) arrives as /bin/sh, -c, app.handler. So does a list with single quotes, with a '
           'trailing comma or without\n'
           'quotes, which Docker silently takes for the shell form. The image builds, and every invoke '
           'fails.\n'
           '\n'
           'A list that is no JSON is wrong everywhere, and so is a shell-form CMD behind an ENTRYPOINT that '
           'starts an interpreter or a\n'
           'runtime client: it gets "/bin/sh" as its first argument. Elsewhere a shell form works; LI607 has '
           'a hint where no shell is needed.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.docker.com/reference/dockerfile/#shell-and-exec-form'),
           ('lambda',),
           ('entrypoint requires the handler name to be the first argument',
            'exit status 142',
            'Runtime.ExitError'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD app.handler\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            "CMD ['app.handler']\n",
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nCMD [ index.handler ]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD python app.py\n',
            'FROM public.ecr.aws/lambda/python:3.14\nENV HANDLER=app.handler\nCOPY app.py ./\nCMD $HANDLER\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD app.py\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]  # the handler\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY server.js ./\n'
            'CMD node server.js\n',
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD app.handler\n',
            "FROM python:3.14-slim\nCOPY app.py ./\nENTRYPOINT ['python', 'app.py']\n"),
           ('FROM python:3.14-slim\n'
            'COPY app.py ./\n'
            'CMD python migrate.py && exec python app.py --port $PORT\n',
            'FROM python:3.14-slim\nCOPY app.py ./\nCMD exec python app.py\n',
            'FROM python:3.14-slim\nCOPY app.py entry.sh ./\nENTRYPOINT ["./entry.sh"]\nCMD python app.py\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD [ "app.handler" ]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'CMD app.handler\n'
            '\n'
            'FROM base\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV AWS_LWA_PORT=8000\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY main.py ./\n'
            'EXPOSE 8000\n'
            'CMD exec uvicorn --port=$AWS_LWA_PORT main:app\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY main ./main\nENTRYPOINT ./main\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nCMD ["index.handler"]\n',
            None,
            None,
            None,
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\n# the handler\nCMD ["app.handler"]\n',
            None,
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14-slim\nCOPY app.py ./\nENTRYPOINT ["python", "app.py"]\n')),
 'LI202': ("Lambda starts what ENTRYPOINT and CMD say. AWS's base images bring the ENTRYPOINT and leave the "
           'CMD, the handler, to you.\n'
           'It may also be given where the function is deployed (ImageConfig in CloudFormation, SAM, CDK or '
           'Terraform,\n'
           'image-command of the .NET tools): lintimg reads those where it finds them and is silent then. An '
           'image that is only a\n'
           'base for others needs no CMD: silence this there.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('lambda',),
           ('entrypoint requires the handler name to be the first argument',
            'Runtime.ExitError',
            'exit status 142'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=0755 bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY index.ts ./\n'
            'RUN npm run build\n'
            'CMD ["index.handler"]\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /var/task/dist/ ./\n'
            'ENV LOG_LEVEL=info\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM base\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY main ./main\nENTRYPOINT ["./main"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/lambda-entrypoint.sh", "app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'RUN dnf install -y libicu && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY runtime/ ${LAMBDA_RUNTIME_DIR}/\n'
            'COPY --chmod=0755 extension /opt/extensions/\n'),
           (None, None, None)),
 'LI203': ('Each runtime takes its handler apart in its own way: Python wants module.function, Node.js '
           'module.export, Java\n'
           'package.Class::method, .NET Assembly::Namespace.Type::Method, Ruby file.method or '
           'file.Class.method. File endings do not\n'
           'belong in it. The image builds whatever is written; the mistake shows at the first invoke.\n'
           '\n'
           'Handlers of wrappers (Datadog, New Relic, Sentry and others) and whatever the provided bases are '
           'given are left alone.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html'),
           ('lambda',),
           ('Runtime.MalformedHandlerName',
            'Runtime.HandlerNotFound',
            'Runtime.ImportModuleError',
            'Bad handler',
            'not enough values to unpack (expected 2, got 1)',
            'Runtime.BuiltInModuleConflict',
            'Cannot use built-in module time as a handler module',
            'Unable to import module',
            'Class not found',
            'must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.py.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:go-offline\n'
            'COPY src ./src\n'
            'RUN mvn -q compile dependency:copy-dependencies -DincludeScope=runtime\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.Handler.handleRequest"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG HANDLER=app.handler\n'
            'ENV HANDLER=${HANDLER}\n'
            'COPY app.py ./\n'
            'CMD ["${HANDLER}"]\n',
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app:handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY time.py ./\nCMD ["time.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY logging.py ./\nCMD ["logging.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nCMD ["index"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY src/ ./src/\nCMD ["src.functions.main.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY dist/ ./dist/\n'
            'CMD ["dist/handlers/index.default.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\n'
            'COPY Gemfile Gemfile.lock ${LAMBDA_TASK_ROOT}/\n'
            'COPY lambda_function.rb ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["lambda_function.LambdaFunction::Handler.process"]\n',
            'FROM public.ecr.aws/lambda/dotnet:10\nCOPY publish/ ./\nCMD ["Function"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'ENV DD_LAMBDA_HANDLER="src/app.handler"\n'
            'CMD ["node_modules/datadog-lambda-js/dist/handler.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:go-offline\n'
            'COPY src ./src\n'
            'RUN mvn -q compile dependency:copy-dependencies -DincludeScope=runtime\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            None,
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==3.1.1\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            None)),
 'LI204': ('On an AWS base image CMD is no command: it is the one argument of /lambda-entrypoint.sh, which '
           'runs the runtime and tells\n'
           "it the handler's name. Arguments for the handler, a second element, or a server started here "
           '(python app.py, uvicorn,\n'
           'npm start) end with status 142 or with a handler that cannot be found.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/aws/aws-lambda-web-adapter'),
           ('lambda',),
           ('entrypoint requires the handler name to be the first argument',
            'exit status 142',
            'Runtime.ExitError'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY shared/ ./shared/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            'CMD ["app.handler", "--verbose"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app", "handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD []\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY server ./server\n'
            'ENTRYPOINT ["/var/task/server"]\n'
            'CMD ["--port", "8080"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'HEALTHCHECK --interval=5m \\\n'
            '    CMD ["curl", "-f", "http://localhost/"]\n'
            'CMD ["app.handler"]\n'),
           (None,
            None,
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY server.js ./\n'
            'ENTRYPOINT ["node", "server.js"]\n',
            None)),
 'LI205': ("AWS's Lambda base images changed their operating system: those of Python 3.12, Node.js 20, Java "
           '21, .NET 8, Ruby 3.3 and all later ones, and\n'
           'provided:al2023, are Amazon Linux 2023 in its minimal form. They have microdnf, which answers to '
           'the name dnf as well, and no yum. The images before them\n'
           'are Amazon Linux 2 and have yum only. apt-get and apk belong to Debian, Ubuntu and Alpine and '
           "are in none of AWS's images.\n"
           '\n'
           'A Dockerfile that moves from python:3.11 to python:3.12 therefore stops at its first yum. The '
           'commands themselves are the same: yum install -y becomes\n'
           'dnf install -y. microdnf has no groups (yum groupinstall) and no extras (amazon-linux-extras).\n'
           '\n'
           'A package manager that the file installs, links or copies in, or that a script only tries (if '
           'command -v yum …, yum … || dnf …), is left alone.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.aws.amazon.com/linux/al2023/ug/minimal-container.html',
            'https://github.com/aws/aws-lambda-base-images/issues/124'),
           ('lambda',),
           ('yum: command not found',
            '/bin/sh: line 1: yum: command not found',
            'apt-get: not found',
            'apt-get: command not found',
            'apk: not found',
            'dnf: command not found',
            'exit code: 127'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN yum install -y git && yum clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG RUNTIME=22\n'
            'FROM public.ecr.aws/lambda/nodejs:${RUNTIME} AS build\n'
            'WORKDIR /build\n'
            'RUN yum update -y \\\n'
            '    && yum install -y \\\n'
            '        gcc-c++ \\\n'
            '        make\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${RUNTIME}\n'
            'RUN /usr/bin/yum install -y fontconfig && rm -rf /var/cache/yum\n'
            'COPY --from=build /build/node_modules ./node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN apt-get update && apt-get install -y ffmpeg && rm -rf /var/lib/apt/lists/*\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS build\n'
            'RUN yum groupinstall -y "Development Tools"\n'
            'RUN amazon-linux-extras enable python3.8\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /out/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n',
            'FROM public.ecr.aws/lambda/python:3.11\n'
            'RUN dnf install -y git && dnf clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-slim\nRUN yum install -y git\nCOPY app.py ./\nCMD ["python", "app.py"]\n',
            'FROM node:24-slim AS build\n'
            'RUN apk add --no-cache python3 make g++\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /app ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM golang:1.26 AS build\n'
            'RUN apt-get update && apt-get install -y protobuf-compiler\n'
            'COPY . .\n'
            'RUN go build -o /bootstrap .\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.11 AS old\n'
            'RUN yum install -y git\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'RUN dnf install -y git && dnf clean all && rm -rf /var/cache/dnf /var/cache/yum\n'
            'RUN microdnf install -y tar && microdnf clean all\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n',
            'ARG VERSION=3.12\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            'RUN if command -v dnf; then dnf install -y git && dnf clean all; else yum install -y git && yum '
            'clean all; fi\n'
            'RUN yum install -y tar && yum clean all || dnf install -y tar && dnf clean all\n'
            'RUN command -v apt-get && apt-get install -y --no-install-recommends jq && rm -rf '
            '/var/lib/apt/lists/* || true\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN ln -s /usr/bin/microdnf /usr/bin/yum\n'
            'RUN yum install -y git && yum clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG VERSION\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            'RUN yum install -y git && yum clean all && rm -rf /var/cache/yum\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y git && dnf clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG RUNTIME=22\n'
            'FROM public.ecr.aws/lambda/nodejs:${RUNTIME} AS build\n'
            'WORKDIR /build\n'
            'RUN dnf update -y \\\n'
            '    && dnf install -y \\\n'
            '        gcc-c++ \\\n'
            '        make\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${RUNTIME}\n'
            'RUN /usr/bin/yum install -y fontconfig && rm -rf /var/cache/yum\n'
            'COPY --from=build /build/node_modules ./node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            None,
            None,
            'FROM public.ecr.aws/lambda/python:3.11\n'
            'RUN yum install -y git && yum clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None,
            None)),
 'LI206': ('AWS\'s Lambda base images bring ENTRYPOINT ["/lambda-entrypoint.sh"]. It starts the runtime '
           'client, which fetches events from the Runtime API and calls\n'
           'the handler that CMD names. An ENTRYPOINT in the Dockerfile takes its place, and a program that '
           'is started instead knows nothing of events: a script runs to its end\n'
           '(Runtime.ExitError), a web server waits for requests until the function times out.\n'
           '\n'
           'An ENTRYPOINT is right where the program brings a runtime client: python -m awslambdaric, a '
           'compiled Go or Rust binary, a web server beside the Lambda\n'
           'Web Adapter, or a script that ends with /lambda-entrypoint.sh. These are left alone, and so are '
           "scripts and programs of the file's own that cannot be read.\n"
           '\n'
           'Without a handler or a deployment that makes a function of the image this is a warning, for the '
           'same image may be meant for ECS or for a build; then say\n'
           '`# lintimg: target=generic` in the file.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/aws/aws-lambda-base-images/issues/79',
            'https://github.com/aws/aws-lambda-web-adapter'),
           ('lambda',),
           ('Runtime.InvalidEntrypoint',
            'Runtime exited without providing a reason',
            'Runtime.ExitError',
            'Task timed out',
            "Couldn't find valid bootstrap(s)"),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nENTRYPOINT ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./src/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info \\\n'
            '    STAGE=production\n'
            'ENTRYPOINT [ "python3", \\\n'
            '    "app.py" ]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nENTRYPOINT ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            'ENTRYPOINT ["python", "./app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nENTRYPOINT []\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY main.py ./\n'
            'ENTRYPOINT uvicorn main:app --host 0.0.0.0 --port 8080\n'),
           ('FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY server.js ./\n'
            'ENTRYPOINT ["node", "server.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS client\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/var/lang/bin/python3", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --chmod=0755 start.sh /\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/start.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS other\n'
            'COPY lambda_entrypoint.py app.py ./\n'
            'ENTRYPOINT ["python3", "/var/task/lambda_entrypoint.py"]\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app/ ./app/\n'
            'ENTRYPOINT ["python3", "app/run.py"]\n'
            'CMD ["app.main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            '\n'
            'FROM base AS test\n'
            'COPY tests/ ./tests/\n'
            'ENTRYPOINT ["python", "-m", "unittest"]\n'
            '\n'
            'FROM base\n'
            'CMD ["app.handler"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -o /main .\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY loop.py ./\n'
            'ENTRYPOINT ["python3", "loop.py"]\n'),
           (None,
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./src/\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info \\\n'
            '    STAGE=production\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            None)),
 'LI207': ('The Lambda Web Adapter is an extension: Lambda starts every file that lies directly in '
           '/opt/extensions. It then waits until the web server answers at\n'
           'http://127.0.0.1:8080/ and hands each event to it as an HTTP request. Copied elsewhere it never '
           'runs, and when it asks a port on which nobody listens the\n'
           'function never gets ready; both end in timeouts that say nothing of the cause.\n'
           '\n'
           'The port is AWS_LWA_PORT, else PORT, else 8080. A server reads PORT only if it is made to: '
           'uvicorn listens on 8000 and next start on 3000 unless told otherwise.\n'
           'Variables without the prefix AWS_LWA_ are deprecated since 0.7 and go with version 2; PORT '
           'stays.\n'
           '\n'
           'A port that a variable, a configuration file or the program itself sets is not judged. Where the '
           "function's configuration sets AWS_LWA_PORT, allow this rule in that line.",
           ('https://awslabs.github.io/aws-lambda-web-adapter/configuration/environment-variables.html',
            'https://awslabs.github.io/aws-lambda-web-adapter/configuration/readiness-check.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/extensions-configuration.html'),
           ('lambda',),
           ('app is not ready after',
            'Task timed out',
            'lambda-adapter',
            'READINESS_CHECK_PORT',
            'AWS_LWA_PORT'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/lambda-adapter\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 AS adapter\n'
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=adapter /lambda-adapter /opt/extensions\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./src/\n'
            '\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    READINESS_CHECK_PATH=/health \\\n'
            '    AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS=400\n'
            'CMD ["uvicorn", "src.main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY main.py ./\n'
            'CMD exec uvicorn main:app\n'),
           ('FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV PORT=8000\n'
            'COPY main.py ./\n'
            'CMD exec uvicorn --port=$PORT main:app\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim AS base\n'
            'WORKDIR /app\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY . .\n'
            'ENV AWS_LWA_PORT=8000 \\\n'
            '    AWS_LWA_READINESS_CHECK_PATH=/health \\\n'
            '    HOST=0.0.0.0\n'
            'EXPOSE 8000\n'
            'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "main:app"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter /tmp/adapter\n'
            'RUN mkdir -p /opt/extensions && cp /tmp/adapter /opt/extensions/adapter\n'
            'COPY main.py gunicorn.conf.py ./\n'
            'CMD ["gunicorn", "main:app"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY index.js ./\n'
            'ENV ASYNC_INIT=true\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 AS adapter\n'
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=adapter /lambda-adapter /opt/extensions/lambda-adapter\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./src/\n'
            '\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    AWS_LWA_READINESS_CHECK_PATH=/health \\\n'
            '    AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS=400\n'
            'CMD ["uvicorn", "src.main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
            None)),
 'LI208': ('Lambda reserves some variables and sets them in every execution environment: the region, the '
           "function's name, version and memory, the names of its logs, the address of the\n"
           "Runtime API. A function's configuration that sets one is refused; an ENV in the image is "
           'silently overwritten. The image then behaves differently on Lambda than in a local\n'
           "test, which is hardest to see with AWS_REGION: the SDK's clients go to the region of the "
           'function, not to that of the Dockerfile.\n'
           '\n'
           'AWS_LAMBDA_RUNTIME_API is what /lambda-entrypoint.sh asks to tell Lambda from a local machine. '
           "LAMBDA_TASK_ROOT and LAMBDA_RUNTIME_DIR are set in AWS's base images; on\n"
           'other bases a file may set them.\n'
           '\n'
           'Builder stages are not looked at, and credentials are the matter of another rule.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html',),
           ('lambda',),
           ('Reserved keys used in this request',
            'AWS_REGION',
            'AWS_DEFAULT_REGION',
            'AWS_LAMBDA_RUNTIME_API',
            'Lambda was unable to configure your environment variables'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV AWS_DEFAULT_REGION=eu-central-1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'ENV AWS_REGION=eu-west-1\n'
            'WORKDIR /build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV AWS_LAMBDA_FUNCTION_NAME=orders \\\n'
            '    NODE_ENV=production \\\n'
            '    AWS_REGION="eu-west-1" \\\n'
            '    LOG_LEVEL=info\n'
            'ENV AWS_LAMBDA_RUNTIME_API localhost:9001\n'
            'ENV _HANDLER=index.handler\n'
            'COPY --from=build /build/node_modules ./node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LAMBDA_TASK_ROOT=/app\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV AWS_REGION=us-east-1 PORT=8080\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LAMBDA_TASK_ROOT=/var/task \\\n'
            '    AWS_LAMBDA_EXEC_WRAPPER=/opt/wrapper \\\n'
            '    BUCKET_REGION=eu-central-1\n'
            'ARG AWS_REGION=eu-central-1\n'
            'COPY --chmod=0755 wrapper /opt/\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'ENV LAMBDA_TASK_ROOT=/function \\\n'
            '    PYTHONUNBUFFERED=1\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ENV _HANDLER=app.handler\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14-slim@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n'
            'ENV AWS_REGION=eu-central-1\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'ENV AWS_REGION=eu-west-1\n'
            'WORKDIR /build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV NODE_ENV=production \\\n'
            '    LOG_LEVEL=info\n'
            'COPY --from=build /build/node_modules ./node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            None,
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV PORT=8080\n'
            'COPY server.js ./\n'
            'CMD ["node", "server.js"]\n')),
 'LI209': ("The Runtime Interface Emulator plays Lambda on a developer's machine: it opens port 8080 and "
           'serves the Runtime API to the client in the image. On Lambda the real Runtime API\n'
           'is there already, and AWS_LAMBDA_RUNTIME_API names it; an emulator that is started all the same '
           'sets that variable anew, and the client waits for events that only the emulator could bring.\n'
           '\n'
           "AWS's base images decide in /lambda-entrypoint.sh: with AWS_LAMBDA_RUNTIME_API set they start "
           'the runtime, else the emulator. An image on another base does the same in an\n'
           'entry script, or leaves the emulator out and lets it be mounted or named by docker run.\n'
           '\n'
           'A file or a shipped stage that is called local, dev, test or the like is not reported.',
           ('https://github.com/aws/aws-lambda-runtime-interface-emulator',
            'https://docs.aws.amazon.com/lambda/latest/dg/python-image.html'),
           ('lambda',),
           ('aws-lambda-rie', 'Task timed out', 'Runtime Interface Emulator', 'Extension.InitError'),
           ('FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ADD --chmod=0755 '
            'https://github.com/aws/aws-lambda-runtime-interface-emulator/releases/download/v1.27/aws-lambda-rie '
            '/usr/local/bin/aws-lambda-rie\n'
            'ENTRYPOINT ["/usr/local/bin/aws-lambda-rie", "/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim AS build\n'
            'WORKDIR /function\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm install aws-lambda-ric@4.0.2\n'
            '\n'
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'WORKDIR /function\n'
            'COPY --from=build /function ./\n'
            'COPY index.js ./\n'
            'COPY --chmod=0755 entry.sh /entry.sh\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY main ./\n'
            'ENTRYPOINT exec /usr/local/bin/aws-lambda-rie ./main\n'),
           ('FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY --chmod=0755 entry.sh /entry.sh\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS base\n'
            'COPY main ./\n'
            '\n'
            'FROM base AS local\n'
            'ENTRYPOINT ["/usr/local/bin/aws-lambda-rie", "./main"]\n'
            '\n'
            'FROM base\n'
            'ENTRYPOINT ["./main"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS base\n'
            'COPY main ./\n'
            'ENTRYPOINT ["./main"]\n'
            '\n'
            'FROM base AS local\n'
            'ENTRYPOINT ["/usr/local/bin/aws-lambda-rie", "./main"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY main ./\n'
            'ENTRYPOINT ["/bin/sh", "-c", "[ -n \\"$AWS_LAMBDA_RUNTIME_API\\" ] && exec ./main || exec '
            '/usr/local/bin/aws-lambda-rie ./main"]\n'),
           ('FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ADD --chmod=0755 '
            'https://github.com/aws/aws-lambda-runtime-interface-emulator/releases/download/v1.27/aws-lambda-rie '
            '/usr/local/bin/aws-lambda-rie\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            None,
            None)),
 'LI210': ("Of an image's configuration Lambda uses ENTRYPOINT, CMD, WORKDIR and ENV, and ignores the rest. "
           'That matters most for USER:\n'
           'the function runs as a user that Lambda chooses, without rights, so files that only the named '
           'user may read cannot be\n'
           'read. It is no defect to have these lines where the image runs on other platforms as well, which '
           'is why this is only a hint.\n'
           '\n'
           'EXPOSE beside the Lambda Web Adapter, or on a base for ordinary services, documents the port and '
           'is not reported. Nor are USER root\n'
           'and HEALTHCHECK NONE.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('lambda',),
           ('Lambda USER instruction ignored', 'sbx_user1051', 'HEALTHCHECK Lambda'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'EXPOSE 8080\n'
            'USER nobody\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS base\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'USER builder\n'
            '\n'
            'FROM base\n'
            'COPY src/ ./src/\n'
            'ENV LOG_LEVEL=info\n'
            'VOLUME /data\n'
            'STOPSIGNAL SIGTERM\n'
            'HEALTHCHECK --interval=30s CMD ["true"]\n'
            'USER 1000\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'COPY server.js ./\n'
            'EXPOSE 8080\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'USER nobody\n'
            'RUN python --version\n'
            'USER root\n'
            'HEALTHCHECK NONE\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim AS build\n'
            'USER node\n'
            'WORKDIR /home/node/app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /home/node/app/dist/ ./\n'
            'CMD ["index.handler"]\n'),
           (None, None)),
 'LI211': ("AWS's Lambda base images have WORKDIR /var/task, and LAMBDA_TASK_ROOT says the same. That folder "
           'is where their runtimes look for the handler: Python puts it first on sys.path, Java takes its\n'
           "classes and its lib folder, Node.js 24 resolves the handler's path against it. /app and "
           '/usr/src/app are habits from other base images; code that lies there is not found.\n'
           '\n'
           'Up to version 22 the runtime of Node.js resolves handlers against the working directory, so '
           "there a WORKDIR of one's own does no harm. PYTHONPATH and its sisters are honoured, and so is a "
           'RUN that\n'
           'moves, links or installs the code.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html',
            'https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/184'),
           ('lambda',),
           ('Runtime.ImportModuleError',
            "Unable to import module 'app': No module named 'app'",
            'Cannot find module',
            'Class not found',
            'ClassNotFoundException'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py /app/\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    LOG_LEVEL=info\n'
            'WORKDIR /app\n'
            '\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY src/ src/\n'
            'COPY main.py .\n'
            'CMD ["main.handler"]\n',
            'FROM public.ecr.aws/docker/library/maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'COPY src ./src\n'
            'RUN mvn -q package\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes /home/app\n'
            'COPY --from=build /src/target/dependency /home/app/lib\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'WORKDIR /usr/src/app\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY certificates/ /etc/pki/extra/\n'
            'COPY app.py .\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'WORKDIR /app\n'
            'ENV PYTHONPATH=/app:/app/lib\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS moved\n'
            'COPY app.py /build/\n'
            'RUN cp /build/app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'WORKDIR /src\n'
            'COPY pyproject.toml ./\n'
            'COPY app/ ./app/\n'
            'RUN pip install --no-cache-dir .\n'
            'CMD ["app.main.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'WORKDIR /usr/src/app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV DD_LAMBDA_HANDLER=app.handler\n'
            'COPY --from=public.ecr.aws/datadog/lambda-extension:90 /opt/. /opt/\n'
            'COPY app.py /app/\n'
            'CMD ["datadog_lambda.handler.handler"]\n',
            'ARG FOLDER\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG FOLDER\n'
            'COPY app.py ${FOLDER}\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    LOG_LEVEL=info\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            '\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY src/ src/\n'
            'COPY main.py .\n'
            'CMD ["main.handler"]\n',
            None,
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n')),
 'LI212': ('A stage inherits ENTRYPOINT and CMD from the stage or image it builds on, but an ENTRYPOINT of '
           'its own empties the CMD that it inherited. So a handler that a common stage names is gone in the '
           'stage that adds an entry script or a runtime client, and the function\n'
           'ends with no handler at all.\n'
           '\n'
           "Reported is an ENTRYPOINT that wants arguments: a runtime client, AWS's entry point, a script "
           'that passes its arguments on. A program that needs none is left alone, and so is a command that '
           'infrastructure code gives.',
           ('https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html'),
           ('lambda',),
           ('entrypoint requires the handler name to be the first argument',
            'CMD is ignored after ENTRYPOINT',
            'Runtime.ExitError',
            'IndexError: list index out of range'),
           ('FROM python:3.14-slim AS base\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM base\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS function\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM function AS traced\n'
            'ENV LOG_LEVEL=debug \\\n'
            '    TRACE=1\n'
            'COPY --chmod=0755 entry.sh /\n'
            'ENTRYPOINT ["/entry.sh"]\n'),
           ('FROM python:3.14-slim AS base\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM base\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'CMD ["app.handler"]\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n',
            'FROM python:3.14-slim AS base\n'
            'WORKDIR /srv\n'
            'CMD ["python", "web.py"]\n'
            '\n'
            'FROM base AS worker\n'
            'ENV QUEUE=orders\n'
            'COPY --chmod=0755 start.sh /\n'
            'ENTRYPOINT ["/start.sh"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS base\n'
            'CMD ["function"]\n'
            'FROM base\n'
            'COPY main /main\n'
            'ENTRYPOINT ["/main"]\n'),
           ('FROM python:3.14-slim AS base\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM base\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS function\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'
            '\n'
            'FROM function AS traced\n'
            'ENV LOG_LEVEL=debug \\\n'
            '    TRACE=1\n'
            'COPY --chmod=0755 entry.sh /\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n')),
 'LI213': ('The first word of ENTRYPOINT is found like any program: a name without a slash in the folders of '
           "PATH, a relative path in the working directory. /var/task is not in the PATH of AWS's base "
           'images. A program that is copied to one folder while WORKDIR says another is\n'
           'an error that shows only when the function starts. Where the path does hold, this is a remark: '
           "an absolute path also works when the function's ImageConfig sets a WorkingDirectory, and Lambda "
           'Managed Instances ask for one.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-parms.html',
            'https://docs.docker.com/reference/dockerfile/#entrypoint',
            'https://github.com/aws/aws-lambda-web-adapter/issues/630'),
           ('lambda',),
           ('Runtime.InvalidEntrypoint',
            'executable file not found in $PATH',
            'fork/exec ./main: no such file or directory',
            "Couldn't find valid bootstrap(s)"),
           ('FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY main ${LAMBDA_TASK_ROOT}/\n'
            'ENTRYPOINT ["main"]\n',
            'FROM rust:1.91 AS build\n'
            'WORKDIR /src\n'
            'COPY Cargo.toml Cargo.lock ./\n'
            'COPY src ./src\n'
            'RUN cargo build --release --locked\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV RUST_LOG=info\n'
            'COPY --from=build /src/target/release/orders /usr/local/bin/orders\n'
            'WORKDIR /srv\n'
            'ENTRYPOINT ["./orders", "--json"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY main ./main\nENTRYPOINT ["./main"]\n'),
           ('FROM public.ecr.aws/lambda/provided:al2023\nCOPY main ./main\nENTRYPOINT ["/var/task/main"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /out/orders ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV PATH="/srv/bin:${PATH}"\n'
            'COPY --from=build /out/orders /srv/bin/\n'
            'ENTRYPOINT ["orders"]\n',
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY main ${LAMBDA_TASK_ROOT}/\n'
            'ENTRYPOINT ["/var/task/main"]\n',
            'FROM rust:1.91 AS build\n'
            'WORKDIR /src\n'
            'COPY Cargo.toml Cargo.lock ./\n'
            'COPY src ./src\n'
            'RUN cargo build --release --locked\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV RUST_LOG=info\n'
            'COPY --from=build /src/target/release/orders /usr/local/bin/orders\n'
            'WORKDIR /srv\n'
            'ENTRYPOINT ["/usr/local/bin/orders", "--json"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY main ./main\nENTRYPOINT ["/var/task/main"]\n')),
 'LI214': ('In a zip file for an OS-only runtime the program is called bootstrap and lies at the top. An '
           'image is not a zip file: the entry point of public.ecr.aws/lambda/provided starts '
           "/var/runtime/bootstrap, that path alone, and passes CMD's one word on. A bootstrap in\n"
           '/var/task or /opt is not found, and neither is a program that only CMD names, which worked on '
           'the old go:1 base.\n'
           '\n'
           'Either put the program at ${LAMBDA_RUNTIME_DIR}/bootstrap and give CMD any one word, or name the '
           'program in ENTRYPOINT. lintimg is silent where a RUN has to do with the bootstrap or its folder.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/go-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/leoqbc/php8-aws-lambda-runtime/issues/1'),
           ('lambda',),
           ('/var/runtime/bootstrap: No such file or directory',
            'fork/exec /var/runtime/bootstrap: no such file or directory',
            "Couldn't find valid bootstrap(s)",
            'Runtime.ExitError',
            'Runtime.InvalidEntrypoint'),
           ('FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=0755 bootstrap /var/task/\n'
            'CMD ["function"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /out/main ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /out/main ./main\n'
            'CMD ["main"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY out/ /var/task/\nCMD ["orders.handler"]\n'),
           ('FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=0755 bootstrap ${LAMBDA_RUNTIME_DIR}/\n'
            'COPY function.sh ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["function.handler"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /out/bootstrap ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /out/bootstrap /var/task/bootstrap\n'
            'ENTRYPOINT ["/var/task/bootstrap"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY out/ /var/task/\n'
            'RUN ln -s /var/task/orders /var/runtime/bootstrap\n'
            'CMD ["orders"]\n'),
           ('FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=0755 bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /out/main ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /out/main ./main\n'
            'ENTRYPOINT ["/var/task/main"]\n',
            None)),
 'LI215': ('awslambdaric, aws-lambda-ric and aws_lambda_ric are for other base images. In /var/runtime of '
           "AWS's own lies the client that their entry point starts, built for that image and kept up to "
           'date with it. A second one costs megabytes and, for Node.js and on platforms\n'
           'without a ready build, a compiler. Where ENTRYPOINT starts the client itself, lintimg is silent.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#runtimes-images-ric',
            'https://github.com/aws/aws-lambda-python-runtime-interface-client'),
           ('lambda', 'size'),
           ('Failed building wheel for awslambdaric', 'aws-lambda-ric npm ERR! gyp', 'Could NOT find CMake'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN pip install --no-cache-dir requests==2.32.5 awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            '\n'
            'ENV NODE_ENV=production \\\n'
            '    LOG_LEVEL=info\n'
            '\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && \\\n'
            '    npm cache clean --force\n'
            '\n'
            'COPY src/ ./src/\n'
            'CMD ["src/app.handler"]\n'),
           ('FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir requests==2.32.5 awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN pip install --no-cache-dir requests==2.32.5\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI216': ('A handler such as app.handler names a file, app.py, that the runtime looks for in /var/task '
           '(LAMBDA_TASK_ROOT) and in the working directory. The image builds without it, and the mistake '
           'shows at the first invoke. The usual reasons:\n'
           'a COPY that forgot the file, a folder that was copied with its name or without it, App.py '
           'written on a file system that does not tell upper from lower case, or a line in .dockerignore.\n'
           '\n'
           'A Java handler names a class and a .NET handler an assembly and a type: these are looked for in '
           'the sources and project files of the build context. Classes of packages that the sources do not '
           "have are a library's.\n"
           'A .NET handler of one word is a program of its own, which a project makes only with OutputType '
           'Exe or one of the Web and Worker SDKs; any other needs GenerateRuntimeConfigurationFiles, '
           'without which publishing a\n'
           'library writes no .runtimeconfig.json.\n'
           '\n'
           'lintimg follows every COPY from the build context, through stages too. It says nothing where a '
           'RUN may make the file, where a package, a layer or an image that nobody can read may bring it,\n'
           'or where it may be compiled before the image is built.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/ruby-image.html'),
           ('lambda',),
           ('Unable to import module',
            'Runtime.ImportModuleError',
            'Cannot find module',
            'No module named',
            'cannot load such file',
            'Class not found: com.example.Handler',
            'java.lang.ClassNotFoundException',
            'Class not found',
            'Unable to load type',
            'Could not find the specified handler assembly',
            'missing the required .runtimeconfig.json file',
            'Could not find the specified handler assembly with the file name'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY orders.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'RUN dnf install -y gcc && dnf clean all\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /packages -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /packages ${LAMBDA_TASK_ROOT}\n'
            'COPY src ${LAMBDA_TASK_ROOT}/src\n'
            'RUN mkdir -p /opt/data && chmod 755 /opt/data\n'
            'CMD ["main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY App.py requirements.txt ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY orders.py ./\nCMD ["orders.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.Handler::handleRequest"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.Api.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY . ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY package.json index.ts ./\nCMD ["index.handler"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /srv\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY function/ ./function/\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS file\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY src ./src\n'
            'CMD ["src.orders.api.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /build/packages -r requirements.txt\n'
            'COPY src/ /build/packages/\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /build/packages ${LAMBDA_TASK_ROOT}\n'
            'CMD ["main.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /var/task/dist/ ./\n'
            'CMD ["index.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["org.springframework.cloud.function.adapter.aws.FunctionInvoker::handleRequest"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY src/Orders/Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY src/Orders/Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["OrdersFunction::Orders.Function::Handle"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10 AS api\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Api"]\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'COPY orders /build/orders/\n'
            'COPY invoices.py /build/orders/billing.py\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /build/orders ./app\n'
            'CMD ["app.billing.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["orders_service.api.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS made\n'
            'COPY generate.py ./\n'
            'RUN python generate.py\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS wheel\n'
            'COPY app-1.0-py3-none-any.whl /tmp/\n'
            'RUN pip install --no-cache-dir /tmp/app-1.0-py3-none-any.whl\n'
            'CMD ["app.handler"]\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=registry.example.com/orders:1.4 /srv/ ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["app.handler"]\n'),
           (None,
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'RUN dnf install -y gcc && dnf clean all\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /packages -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /packages ${LAMBDA_TASK_ROOT}\n'
            'COPY src ${LAMBDA_TASK_ROOT}/src\n'
            'RUN mkdir -p /opt/data && chmod 755 /opt/data\n'
            'CMD ["src.main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY App.py requirements.txt ./\nCMD ["App.handler"]\n',
            None,
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.orders.Handler::handleRequest"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.Api.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders.Api::Orders.Function::Handle"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Shop.Orders.Function::Handle"]\n',
            None,
            None,
            None,
            None,
            'FROM python:3.14-slim\n'
            'WORKDIR /srv\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY function/ ./function/\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["function.app.handler"]\n')),
 'LI217': ('The last part of a handler names a function of the module: lambda_handler in app.lambda_handler. '
           'The runtime imports the module and then looks the name up; where it is not there, the function '
           'fails at its first invoke. Templates call\n'
           "it handler, the console's examples lambda_handler, and other people's tutorials main.\n"
           '\n'
           'The sources of Java, Kotlin and C# are read for the class that the handler names, unless it has '
           'a superclass, which may bring the method.\n'
           '\n'
           'lintimg reads the file in the build context. Everything that a module binds counts: functions, '
           'classes, imports, an adapter such as handler = Mangum(app), names set inside if and try. It says '
           'nothing where names are made\n'
           'on the fly: `from x import *`, globals(), setattr, a module `__getattr__`, exports of a bundle '
           "or of a computed object, Ruby's define_method.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html'),
           ('lambda',),
           ('Runtime.HandlerNotFound',
            "Handler 'handler' missing on module 'app'",
            'is undefined or not exported',
            'undefined method',
            'uninitialized constant',
            'No public method named handleRequest with appropriate method signature found on class',
            'Class does not implement an appropriate handler interface',
            'Unable to find method in type from assembly: Found no methods matching method name'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS packages\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=packages /var/task/node_modules ./node_modules\n'
            'COPY src/ ./src/\n'
            'CMD ["src/orders.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY src/ ./src/\nCMD ["src.main"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::process"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::handleRequest"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.Orders.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.Order.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# the code last\n'
            'COPY src/ ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py orders.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.mjs ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.js ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.Orders::Api.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::process"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::Handle"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.lambda_handler"]\n',
            None,
            None,
            None,
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.process"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::handleRequest"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::process"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY pom.xml ./\n'
            'RUN mvn -q dependency:copy-dependencies -DincludeScope=runtime\n'
            'COPY src ./src\n'
            'RUN mvn -q compile\n'
            '\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/classes ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=build /src/target/dependency/* ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["com.example.App::process"]\n',
            'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n'
            'WORKDIR /src\n'
            'COPY Orders.csproj ./\n'
            'RUN dotnet restore\n'
            'COPY Function.cs ./\n'
            'RUN dotnet publish -c Release -o /publish\n'
            '\n'
            'FROM public.ecr.aws/lambda/dotnet:10\n'
            'COPY --from=build /publish ${LAMBDA_TASK_ROOT}\n'
            'CMD ["Orders::Orders.Function::FunctionHandler"]\n',
            None,
            None)),
 'LI218': ('ENTRYPOINT and CMD in exec form are executed by the kernel, not by a shell. It wants the execute '
           'permission, a first line such as #!/bin/sh, and an interpreter of just that name. A script that '
           'was written or checked out on Windows lacks\n'
           'all three easily: git makes CRLF of its line ends, the carriage return becomes part of the '
           "interpreter's name, and the message, no such file or directory, speaks of the script. On Lambda "
           'these show as Runtime.InvalidEntrypoint at the\n'
           'first invoke. The bootstrap of the provided bases and the script in AWS_LAMBDA_EXEC_WRAPPER are '
           'held to the same.\n'
           '\n'
           'A chmod, COPY --chmod, dos2unix or sed that mends the file in the image settles it, and a script '
           'that is handed to a shell needs no permission. Where no file of the context is executable, its '
           'modes may have been lost on the way here, and a missing\n'
           'permission is no more than worth a look.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.docker.com/reference/dockerfile/#copy---chmod',
            'https://github.com/aws-samples/aws-lambda-layer-kubectl/issues/39'),
           ('lambda',),
           ('fork/exec /entrypoint.sh: permission denied',
            'fork/exec /entrypoint.sh: no such file or directory',
            'exec format error',
            'Runtime.InvalidEntrypoint',
            'exec: "/entrypoint.sh": permission denied',
            "$'\\r': command not found",
            'bad interpreter: No such file or directory'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'COPY entry.sh /\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /srv\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    LOG_LEVEL=info\n'
            '\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY src/ ./\n'
            'COPY ./entry_script.sh /entry_script.sh\n'
            'ENTRYPOINT [ "/entry_script.sh" ]\n'
            'CMD [ "app.handler" ]\n',
            'FROM alpine:3.22\nCOPY start.sh /usr/local/bin/\nCMD ["start.sh"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY bootstrap ${LAMBDA_RUNTIME_DIR}/\n'
            'CMD ["function"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'COPY --chmod=0755 entry.sh /\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'COPY scripts/ /scripts/\n'
            "RUN sed -i 's/\\r$//' /scripts/entry.sh && \\\n"
            '    chmod +x /scripts/*.sh\n'
            '\n'
            'ENTRYPOINT ["/scripts/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM nginx:1.29-alpine\nCOPY start.sh /\nCMD ["sh", "/start.sh"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\nCOPY main /main\nENTRYPOINT ["/main"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'COPY --chmod=755 entry.sh /\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=755 bootstrap ${LAMBDA_RUNTIME_DIR}/\n'
            'CMD ["function"]\n')),
 'LI219': ('npm start, npx, yarn, uv run, poetry run and pipenv run are for people at a terminal. As the '
           'process of an image they cost some tenths of a second at each cold start and memory for a second '
           'interpreter, stand between Lambda and the program when it is told to\n'
           'stop, and write: npm its log, uv the environment, all of them a cache. On Lambda only /tmp can '
           'be written, so this ends in warnings (npm: EROFS, "Log files were not written") or in an error.\n'
           '\n'
           "The command they run is known: the script in package.json, node_modules/.bin, the environment's "
           "bin folder. What npm and npx write is LI225's affair, so here they are a remark; npx "
           "aws-lambda-ric, which AWS's documentation shows, is left alone.",
           ('https://github.com/aws/aws-lambda-nodejs-runtime-interface-client',
            'https://docs.npmjs.com/cli/using-npm/config',
            'https://docs.astral.sh/uv/concepts/projects/run/'),
           ('lambda',),
           ("EROFS: read-only file system, mkdir '/home/sbx_user1051/.npm'",
            'Log files were not written due to an error writing to the directory',
            'error: Failed to initialize cache at `/home/sbx_user1051/.cache/uv`',
            'Read-only file system (os error 30)'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV NODE_ENV=production \\\n'
            '    AWS_LWA_PORT=8080\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'EXPOSE 8080\n'
            'CMD ["npm", "start"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY main.py ./\n'
            'CMD ["uv", "run", "uvicorn", "main:app", "--port", "8080"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'COPY main.py ./\n'
            'ENTRYPOINT ["poetry", "run", "python", "main.py"]\n'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV NODE_ENV=production \\\n'
            '    AWS_LWA_PORT=8080\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'EXPOSE 8080\n'
            'CMD ["node", "server.js"]\n',
            'FROM node:24-slim\n'
            'ENV NPM_CONFIG_CACHE=/tmp/.npm\n'
            'WORKDIR /function\n'
            'COPY . .\n'
            'ENTRYPOINT ["/usr/local/bin/npx", "aws-lambda-ric"]\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ENV NODE_ENV=production \\\n'
            '    AWS_LWA_PORT=8080\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'EXPOSE 8080\n'
            'CMD ["node", "server.js"]\n',
            None,
            None)),
 'LI220': ("AWS_LAMBDA_EXEC_WRAPPER names a script that the runtime of AWS's language bases executes in "
           'place of itself; the script ends with the command it is given. Tracing and security products '
           'ship it in a layer, under /opt. A container function has no layers: the image itself must hold\n'
           "the layer's files, and the variable alone stops the function with exit status 127.\n"
           '\n'
           'Any COPY or RUN that may bring the file silences this.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html',
            'https://aws.amazon.com/blogs/compute/working-with-lambda-layers-and-extensions-in-container-images/'),
           ('lambda',),
           ('/opt/otel-handler: No such file or directory',
            'AWS_LAMBDA_EXEC_WRAPPER does not exist',
            'exit status 127',
            'Runtime.ExitError'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'ENV AWS_LAMBDA_EXEC_WRAPPER=/opt/otel-instrument\n'
            'CMD ["app.handler"]\n',
            'FROM golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /out/bootstrap ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ENV LOG_LEVEL=info \\\n'
            '    AWS_LAMBDA_EXEC_WRAPPER=/opt/wrapper\n'
            'COPY --chmod=0755 wrapper /opt/wrapper\n'
            'COPY --from=build /out/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=registry.example.com/tracing-layer:2.1 /opt/ /opt/\n'
            'COPY app.py ./\n'
            'ENV AWS_LAMBDA_EXEC_WRAPPER=/opt/otel-instrument\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS layer\n'
            'RUN dnf install -y unzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY tracing-layer.zip /tmp/\n'
            'RUN unzip -q /tmp/tracing-layer.zip -d /layer\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV AWS_LAMBDA_EXEC_WRAPPER=/opt/tracing-handler \\\n'
            '    LOG_LEVEL=info\n'
            'COPY --from=layer /layer /opt\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           (None, None)),
 'LI221': ('Before the runtime starts, Lambda executes each file that lies directly in /opt/extensions as an '
           'external extension. Layers for zip functions keep to that: a program in extensions/, all the '
           'rest beside it. A README, a configuration file or an archive there is executed too, which fails, '
           'and\n'
           'with it the start of the function. Folders inside are left alone.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html',
            'https://aws.amazon.com/blogs/compute/working-with-lambda-layers-and-extensions-in-container-images/'),
           ('lambda',),
           ('Extension.LaunchError',
            'exec format error /opt/extensions',
            'fork/exec /opt/extensions/README.md: permission denied'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'COPY extension.zip /opt/extensions/\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            '\n'
            'ENV NODE_ENV=production \\\n'
            '    TELEMETRY_CONFIG=/opt/extensions/telemetry-config.yaml\n'
            '\n'
            'COPY package.json ./\n'
            'COPY index.js ./\n'
            '\n'
            'COPY extensions/ /opt/extensions/\n'
            '\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            '\n'
            'ENV TELEMETRY_CONFIG=/opt/telemetry/config.yaml \\\n'
            '    LOG_LEVEL=info\n'
            '\n'
            'COPY --chmod=0755 telemetry /opt/extensions/\n'
            'COPY telemetry-config.yaml /opt/telemetry/config.yaml\n'
            '\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'ADD telemetry.tar.gz /opt/extensions/\n'
            'COPY server.js ./\n'
            'ENTRYPOINT ["node", "server.js"]\n'),
           (None, None)),
 'LI222': ('The runtime finds the handler by its name and calls it in its own way: Python with two '
           'positional arguments, Ruby with the keywords event: and context:, Node.js with the event and the '
           'context. Up to version 22 Node.js had a callback as third argument; the runtime of version 24 '
           'takes a handler that\n'
           'declares three parameters for one of that kind and does not start it, even if it never calls '
           "back. Python's runtime runs plain functions only; what an async def returns is a coroutine, "
           'which is no JSON.\n'
           '\n'
           'lintimg looks at functions that are defined once and without decorators in a file of the build '
           'context.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html'),
           ('lambda',),
           ('Runtime.CallbackHandlerDeprecated',
            'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24',
            'Object of type coroutine is not JSON serializable',
            'takes 1 positional argument but 2 were given',
            'missing 1 required positional argument',
            'wrong number of arguments (given 1, expected 2)'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS packages\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=packages /var/task/node_modules ./node_modules\n'
            'COPY src/ ./src/\n'
            'CMD ["src/orders.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY main.py ./\nCMD ["main.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info \\\n'
            '    STAGE=production\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# the code last\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\nCOPY index.js ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.mjs ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/ruby:3.4\nCOPY app.rb ./\nCMD ["app.handler"]\n'),
           (None, None, None, None)),
 'LI223': ("AWS's base images find their language by search paths: /var/lang/bin stands first in PATH, "
           '/var/lang/lib in LD_LIBRARY_PATH. An ENV without the old value drops them, and the function ends '
           'at its start\n'
           'with `error while loading shared libraries: libpython3.12.so.1.0` or a program that is not '
           'found.\n'
           '\n'
           'NODE_PATH is not in the image. The runtime sets it, but only where it is empty, so that with a '
           'value of your own neither the SDK of the base nor the folders of layers are searched.\n'
           "Python's runtime adds the folders below /opt/python in the same way. A PYTHONPATH that only "
           'names folders of the function does no harm: the task root is searched in any case.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html',
            'https://github.com/open-telemetry/opentelemetry-lambda/issues/1714',
            'https://github.com/aws/aws-lambda-web-adapter/issues/453'),
           ('lambda',),
           ('error while loading shared libraries: libpython3.12.so.1.0: cannot open shared object file',
            "Error: Cannot find module '@aws-sdk/client-s3'",
            'exec: python: not found',
            'Unable to import module: No module named'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PATH=/var/task/.venv/bin:/usr/bin\n'
            'ENV LD_LIBRARY_PATH="/opt/lib"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'WORKDIR /build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV NODE_OPTIONS=--enable-source-maps \\\n'
            '    NODE_PATH=/opt/shared/node_modules\n'
            'COPY --from=build /build/node_modules /opt/shared/node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt --target /opt/python\n'
            'ENV PYTHONPATH=/var/task/src\n'
            'COPY src/ ./src/\n'
            'CMD ["src.app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PATH=/opt/tools/bin:$PATH \\\n'
            '    LD_LIBRARY_PATH=${LD_LIBRARY_PATH}:/opt/tools/lib \\\n'
            '    PYTHONPATH=${LAMBDA_TASK_ROOT}/src\n'
            'COPY src/ ./src/\n'
            'CMD ["src.app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'ENV PATH=/build/bin\n'
            'COPY requirements.txt ./\n'
            'RUN /var/lang/bin/pip install --no-cache-dir -r requirements.txt --target /packages\n'
            '\n'
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'ENV PYTHONPATH=/packages NODE_PATH=/x\n'
            'WORKDIR /var/task\n'
            'COPY --from=build /packages /packages\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PATH=/var/task/.venv/bin:/usr/bin:${PATH}\n'
            'ENV LD_LIBRARY_PATH="/opt/lib:${LD_LIBRARY_PATH}"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'WORKDIR /build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV NODE_OPTIONS=--enable-source-maps \\\n'
            '    NODE_PATH=/opt/shared/node_modules:/var/runtime/node_modules\n'
            'COPY --from=build /build/node_modules /opt/shared/node_modules\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt --target /opt/python\n'
            'ENV PYTHONPATH=/var/task/src:/opt/python\n'
            'COPY src/ ./src/\n'
            'CMD ["src.app.handler"]\n')),
 'LI224': ('Lambda starts every function as a user of its own that has no rights, whatever USER says. What '
           'the function reads must be readable by everyone: files need the r for others, folders\n'
           'both r and x. Where they are not, the image works locally, where it runs as root or as the user '
           'who owns the files, and fails on Lambda with `[Errno 13] Permission denied` or\n'
           '`fork/exec …: permission denied`, and the invocation ends in Runtime.ExitError or '
           'Runtime.ImportModuleError.\n'
           '\n'
           'There are three ways to get there: `COPY --chmod=600`, a chmod in a RUN, and files that are shut '
           'where the build takes them from, for COPY keeps their modes. The last happens\n'
           'on machines with umask 077 and after unpacking some archives. A mode given to COPY holds for the '
           'folders in a source as well, and since Docker 28.1 for those\n'
           'that it makes for the destination, so that `--chmod=644` shuts them.\n'
           '\n'
           "Only the code's folders, /opt and what ENTRYPOINT and CMD name are looked at. A later chmod that "
           'opens the files again counts.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.docker.com/reference/dockerfile/#copy---chown---chmod',
            'https://github.com/moby/moby/issues/49851'),
           ('lambda',),
           ('Permission denied',
            "[Errno 13] Permission denied: '/var/task/app.py'",
            'EACCES: permission denied',
            'fork/exec permission denied',
            'Runtime.ExitError',
            'sbx_user1051'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'USER nobody\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY --chmod=0600 index.js ./\n'
            'COPY --chown=1000:1000 --chmod=750 config/ ./config/\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'ENV LAMBDA_TASK_ROOT=/function\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2 -r requirements.txt\n'
            'COPY --chown=1000 app.py ./\n'
            'COPY --chmod=0700 entry.sh /entry.sh\n'
            'RUN useradd --system function && \\\n'
            '    chmod -R 0750 /function\n'
            'USER function\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --chmod=644 src/ ${LAMBDA_TASK_ROOT}/\n'
            'COPY data/ ./data/\n'
            'RUN chmod -R 644 ./data/\n'
            'COPY --chmod=0644 settings.toml ./config/\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --chmod=600 deploy_key /root/.ssh/id_ed25519\n'
            'COPY --chmod=700 build.sh ./\n'
            'RUN ./build.sh && rm build.sh\n'
            'COPY --chmod=600 app.py ./\n'
            'RUN mkdir -p /opt/bin && chmod -R go-rwx /opt/bin && chmod 600 settings.toml\n'
            'RUN chmod -R a+rX /var/task /opt/bin\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY --chmod=0555 bin/run /opt/bin/run\n'
            'COPY --chmod=0644 app.py ./\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}/data\n'
            'COPY --chmod=0644 requirements.txt ${LAMBDA_TASK_ROOT}/data/\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY . ./\n'
            'RUN chmod 4750 /opt/bin/run && chmod 711 /var/task/bin && chmod +x bin/run\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN dnf install -y findutils && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY --chmod=600 app.py settings.toml ./\n'
            'RUN find /var/task -type f -exec chmod 644 {} +\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'COPY --chmod=600 settings.toml ./\n'
            'RUN chmod 700 /var/task\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY --chmod=644 app.py ./\n'
            'USER nobody\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY --chmod=0644 index.js ./\n'
            'COPY --chown=1000:1000 --chmod=755 config/ ./config/\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'ENV LAMBDA_TASK_ROOT=/function\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2 -r requirements.txt\n'
            'COPY --chown=1000 app.py ./\n'
            'COPY --chmod=0755 entry.sh /entry.sh\n'
            'RUN useradd --system function && \\\n'
            '    chmod -R 0755 /function\n'
            'USER function\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --chmod=755 src/ ${LAMBDA_TASK_ROOT}/\n'
            'COPY data/ ./data/\n'
            'RUN chmod -R u=rwX,go=rX ./data/\n'
            'COPY --chmod=0755 settings.toml ./config/\n'
            'CMD ["app.handler"]\n')),
 'LI225': ('Many libraries keep what they download or compile in the home folder. On Lambda that is '
           '`/home/sbx_user1051`, which is read-only like all but /tmp, and it is not the home of the\n'
           'build: what a RUN leaves in `/root/.cache` belongs to root and is closed to the user that the '
           'function runs as. The result is a download at each cold start that\n'
           'cannot be stored (`[Errno 30] Read-only file system`), a browser that is not found (`Executable '
           "doesn't exist at /home/sbx_user1051/.cache/ms-playwright`), or numba's `cannot cache function`.\n"
           '\n'
           'What is needed at run time belongs in the image, in a folder that all can read, with the '
           "library's variable pointing there when it is downloaded and when it runs. What is only a cache\n"
           "belongs below /tmp. With Hugging Face's libraries `HF_HUB_OFFLINE=1` keeps them from writing to "
           'a folder that is filled already.\n'
           '\n'
           'A library alone is reported only where nothing in the Dockerfile, in the infrastructure code or '
           'in the code in the build context tells of another folder, and as a mere hint where\n'
           "that code is not to be seen to download anything. If the function's configuration sets the "
           'variable, allow this rule.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables',
            'https://playwright.dev/python/docs/browsers#managing-browser-binaries',
            'https://github.com/huggingface/sentence-transformers/issues/923'),
           ('lambda',),
           ("[Errno 30] Read-only file system: '/home/sbx_user1051'",
            "Executable doesn't exist at /home/sbx_user1051/.cache/ms-playwright",
            'cannot cache function: no locator available for file',
            'Matplotlib created a temporary config/cache directory',
            'There was a problem when trying to write in your cache folder',
            'HF_HOME',
            'TRANSFORMERS_CACHE',
            'NLTK_DATA',
            'Resource punkt not found',
            'npm ERR! EROFS'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV HF_HOME=/root/.cache/huggingface\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            '\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY download.py ./\n'
            'RUN python download.py && \\\n'
            '    python -m nltk.downloader punkt\n'
            '\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r '
            'requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.12-slim\n'
            'ENV NUMBA_CACHE_DIR=/var/task/numba\n'
            'WORKDIR /var/task\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2 librosa==0.11.0 -r requirements.txt\n'
            'RUN playwright install --with-deps chromium\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'WORKDIR /function\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm install aws-lambda-ric@4.0.2 && npm cache clean --force\n'
            'COPY index.js ./\n'
            'ENTRYPOINT ["/usr/local/bin/npx", "aws-lambda-ric"]\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV XDG_CACHE_HOME=/root/.cache\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV HF_HOME=/opt/huggingface \\\n'
            '    MPLCONFIGDIR=/tmp/matplotlib\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN python -c "from transformers import pipeline; pipeline(\'sentiment-analysis\')"\n'
            'ENV HF_HUB_OFFLINE=1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV HF_HOME=/root/.cache/huggingface\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV HF_HOME=/tmp/huggingface HOME=/tmp\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY bert-model/ ./bert/\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir nltk==3.9.1 huggingface-hub==1.1.4\n'
            'RUN python -m nltk.downloader -d /usr/share/nltk_data punkt\n'
            'RUN hf download org/name --local-dir /opt/model\n'
            'RUN python -c "import nltk; nltk.download(\'stopwords\', '
            'download_dir=\'/usr/share/nltk_data\')"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV HF_HOME=/opt/huggingface\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            '\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY download.py ./\n'
            'ENV HF_HOME=/opt/huggingface\n'
            'RUN python download.py && \\\n'
            '    python -m nltk.downloader -d /usr/share/nltk_data punkt\n'
            '\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV MPLCONFIGDIR=/tmp/matplotlib\n'
            'ENV HF_HOME=/tmp/huggingface\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r '
            'requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'ENV HF_HOME=/tmp/huggingface\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.12-slim\n'
            'ENV NUMBA_CACHE_DIR=/tmp/numba\n'
            'WORKDIR /var/task\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir awslambdaric==4.2.2 librosa==0.11.0 -r requirements.txt\n'
            'ENV PLAYWRIGHT_BROWSERS_PATH=/opt/ms-playwright\n'
            'RUN playwright install --with-deps chromium\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'WORKDIR /function\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm install aws-lambda-ric@4.0.2 && npm cache clean --force\n'
            'COPY index.js ./\n'
            'ENV NPM_CONFIG_CACHE=/tmp/.npm\n'
            'ENTRYPOINT ["/usr/local/bin/npx", "aws-lambda-ric"]\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV XDG_CACHE_HOME=/opt/cache\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV NLTK_DATA=/tmp/nltk_data\n'
            'ENV NUMBA_CACHE_DIR=/tmp/numba\n'
            'CMD ["app.handler"]\n')),
 'LI226': ("Two folders of an image are out of a function's reach. Over `/tmp` Lambda mounts the "
           "environment's own, empty at the first start, so that nothing the image has there is ever seen. "
           'And `/root` is closed to\n'
           'everyone but root (mode 0700 or 0550), while Lambda runs the function as another user, whatever '
           'USER says. Files there cost the same as any other and are found in every local test.\n'
           '\n'
           'What the function reads belongs into the task root, `/opt`, or any other folder that all can '
           'read. What only the build needs is not reported: a file that a later RUN names, settings\n'
           'such as `.ssh` and `.npmrc`, lists of requirements.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html'),
           ('lambda',),
           ("No such file or directory: '/tmp/",
            "Permission denied: '/root/",
            'files in /tmp missing on Lambda',
            'Runtime.InvalidWorkingDir',
            "the working directory doesn't exist"),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY model.onnx /tmp/model.onnx\n'
            'RUN curl -fsSL -o /tmp/labels.json https://example.com/labels.json\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim AS build\n'
            'RUN pip install --no-cache-dir --target /packages awslambdaric==4.2.2 onnxruntime==1.23.2\n'
            'RUN python -c "import onnxruntime"\n'
            '\n'
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'WORKDIR /root/app\n'
            'COPY --from=build /packages ./\n'
            'COPY app.py ./\n'
            'COPY model.onnx ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV HF_HOME=/tmp/huggingface\n'
            'RUN pip install --no-cache-dir huggingface-hub==1.1.4\n'
            'RUN hf download example/model\n'
            'COPY entry.sh /root/entry.sh\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/root/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY certificates/ /root/certificates/\n'
            'ADD fonts.tar.gz /tmp/\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt /tmp/requirements.txt\n'
            'RUN pip install --no-cache-dir -r /tmp/requirements.txt\n'
            'COPY vendor/ /tmp/vendor/\n'
            'RUN pip install --no-cache-dir /tmp/vendor/*.whl\n'
            'COPY pip.conf /root/.config/pip/pip.conf\n'
            'COPY .npmrc /root/\n'
            'RUN curl -fsSL -o /tmp/tool.zip https://example.com/tool.zip && \\\n'
            '    python -m zipfile -e /tmp/tool.zip /opt/tool && rm /tmp/tool.zip\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV HF_HOME=/tmp/huggingface MPLCONFIGDIR=/tmp/matplotlib\n'
            'RUN pip install --no-cache-dir huggingface-hub==1.1.4\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'WORKDIR /root/src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY main.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /tmp/bootstrap .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /tmp/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["bootstrap"]\n'),
           (None,
            None,
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV HF_HOME=/opt/huggingface\n'
            'RUN pip install --no-cache-dir huggingface-hub==1.1.4\n'
            'RUN hf download example/model\n'
            'COPY entry.sh /root/entry.sh\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/root/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI227': ("AWS's base image runs the handler with `/var/lang/bin/python`, whatever PATH says. It searches "
           'the task root, /opt/python and the packages of that very Python. A virtual environment is none '
           'of these, activated or not, nor is\n'
           'the home folder of the user who builds, and so the function ends with '
           "`Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'` although "
           'the build installed it.\n'
           '\n'
           'On other bases ENTRYPOINT decides: `["python", "-m", "awslambdaric"]` takes the first Python in '
           'PATH, so there an activated environment is fine. PYTHONPATH, a copy of site-packages\n'
           'and code that extends its search path are respected.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.astral.sh/uv/guides/integration/aws-lambda/',
            'https://github.com/astral-sh/uv/issues/8935'),
           ('lambda',),
           ("Unable to import module 'app': No module named",
            'Runtime.ImportModuleError',
            'ModuleNotFoundError: No module named',
            'Error: Cannot find module',
            'uv sync Lambda module not found'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.9.9 /uv /bin/uv\n'
            'ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy\n'
            'COPY pyproject.toml uv.lock ./\n'
            'RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev\n'
            'ENV PATH="/var/task/.venv/bin:$PATH"\n'
            'COPY app/ ./app/\n'
            'CMD ["app.main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --user -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim AS build\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /app/.venv ${LAMBDA_TASK_ROOT}/.venv\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN pip install --no-cache-dir poetry==2.2.1\n'
            'COPY pyproject.toml poetry.lock ./\n'
            'RUN poetry install --only main --no-root --no-cache\n'
            'RUN pip install --no-cache-dir --target ./packages requests==2.32.5\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'WORKDIR /function\n'
            'RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir awslambdaric==4.2.2 '
            'requests==2.32.5\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'RUN npm install -g axios@1.13.2 pnpm@10.20.0 && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim-bookworm AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /usr/local/lib/python3.14/site-packages '
            '/usr/local/lib/python3.14/site-packages\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'RUN pip install --no-cache-dir --target /usr/lib/python3.14/site-packages requests==2.32.5\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PYTHONPATH=/usr/lib/python3.14/site-packages\n'
            'COPY --from=build /usr/lib/python3.14/site-packages /usr/lib/python3.14/site-packages\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.9.9 /uv /bin/uv\n'
            'COPY pyproject.toml uv.lock requirements.txt ./\n'
            'ENV UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=/var/lang\n'
            'RUN uv sync --frozen --no-dev --inexact --no-cache\n'
            'RUN pip install --no-cache-dir -r requirements.txt --target "${LAMBDA_TASK_ROOT}"\n'
            'RUN pip install --no-cache-dir -t /opt/python requests==2.32.5\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim\n'
            'ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH\n'
            'WORKDIR /function\n'
            'RUN python -m venv /opt/venv && pip install --no-cache-dir awslambdaric==4.2.2 '
            'requests==2.32.5\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'COPY pyproject.toml poetry.lock ./\n'
            'RUN pip install --no-cache-dir poetry==2.2.1 && poetry config virtualenvs.in-project true && '
            'poetry install --only main --no-root\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /var/task/.venv/lib/python3.14/site-packages/ ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY Pipfile Pipfile.lock ./\n'
            'RUN pip install --no-cache-dir pipenv==2025.0.4 && PIP_NO_CACHE_DIR=1 pipenv install --system '
            '--deploy\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json pnpm-lock.yaml ./\n'
            'RUN npm install -g pnpm@10.20.0 && pnpm install --prod --frozen-lockfile && rm -rf '
            '/root/.local/share/pnpm /root/.cache /root/.npm\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.9.9 /uv /bin/uv\n'
            'ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy\n'
            'COPY pyproject.toml uv.lock ./\n'
            'RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev\n'
            'ENV PATH="/var/task/.venv/bin:$PATH"\n'
            'COPY app/ ./app/\n'
            'ENV PYTHONPATH=/var/task/.venv/lib/python3.13/site-packages\n'
            'CMD ["app.main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim AS build\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /app/.venv ${LAMBDA_TASK_ROOT}/.venv\n'
            'COPY app.py ./\n'
            'ENV PYTHONPATH=/var/task/.venv/lib/python3.14/site-packages\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN pip install --no-cache-dir poetry==2.2.1\n'
            'COPY pyproject.toml poetry.lock ./\n'
            'RUN poetry install --only main --no-root --no-cache\n'
            'RUN pip install --no-cache-dir --target ./packages requests==2.32.5\n'
            'COPY app.py ./\n'
            'ENV PYTHONPATH=/var/task/packages\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            'FROM public.ecr.aws/docker/library/python:3.14-slim-bookworm AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /usr/local/lib/python3.14/site-packages ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n')),
 'LI228': ('A Lambda function runs on x86_64 or on arm64, never on both, and its image holds one of them. A '
           'program, shared library or wheel for the other processor does no harm during the build,\n'
           'least of all on a machine that emulates it, and ends on Lambda in `fork/exec …: exec format '
           'error`, Runtime.InvalidEntrypoint or an import error.\n'
           '\n'
           'Looked at are the platform and the tag in FROM, GOARCH, the targets of cargo, .NET, pip, uv and '
           'npm, and the addresses of downloads. What a condition or a variable chooses is not judged,\n'
           'nor is a tool that is used in a builder stage only. `--platform=$BUILDPLATFORM` is right for a '
           'stage that compiles across, and wrong for the one that is shipped.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html',
            'https://docs.docker.com/build/building/multi-platform/#cross-compilation'),
           ('lambda',),
           ('exec format error',
            'fork/exec /lambda-entrypoint.sh: exec format error',
            'Runtime.InvalidEntrypoint',
            'cannot open shared object file',
            'wrong ELF class',
            'no match for platform in manifest',
            'does not match the specified platform'),
           ('FROM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -o /bootstrap ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023-arm64\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM --platform=linux/arm64 public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --platform manylinux2014_x86_64 --only-binary=:all: \\\n'
            '    --target ${LAMBDA_TASK_ROOT} -r requirements.txt\n'
            'ADD --chmod=755 https://example.com/tool-linux-amd64 /opt/bin/tool\n'
            'RUN curl -fsSL -o /opt/bin/other https://example.com/v1/x86_64/other && chmod 755 '
            '/opt/bin/other\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'ARG TARGETARCH\n'
            'COPY . /src\n'
            'RUN cd /src && CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bootstrap .\n'
            '\n'
            'FROM --platform=$BUILDPLATFORM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM --platform=linux/amd64 public.ecr.aws/docker/library/rust:1.91 AS build\n'
            'WORKDIR /src\n'
            'COPY Cargo.toml Cargo.lock ./\n'
            'COPY src/ ./src/\n'
            'RUN cargo build --release\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023-arm64\n'
            'COPY --from=build /src/target/release/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM --platform=linux/amd64 public.ecr.aws/lambda/nodejs:24-arm64\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'COPY . /src\n'
            'RUN cd /src && CGO_ENABLED=0 GOARCH=arm64 go build -o /bootstrap .\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ADD --chmod=755 https://example.com/tool-x86_64 /opt/extensions/tool\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n'),
           ('FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'ARG TARGETARCH\n'
            'COPY . /src\n'
            'RUN cd /src && CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bootstrap .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'ARG TARGETARCH\n'
            'RUN case "$TARGETARCH" in \\\n'
            '      amd64) curl -fsSL -o /opt/tool https://example.com/tool-x86_64 ;; \\\n'
            '      arm64) curl -fsSL -o /opt/tool https://example.com/tool-aarch64 ;; \\\n'
            '    esac && chmod 755 /opt/tool\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM --platform=linux/amd64 public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'RUN curl -fsSL -o /usr/local/bin/protoc https://example.com/protoc-linux-x86_64 && chmod 755 '
            '/usr/local/bin/protoc\n'
            'COPY . /src\n'
            'RUN cd /src && CGO_ENABLED=0 GOARCH=arm64 go build -o /bootstrap .\n'
            '\n'
            'FROM --platform=linux/arm64 public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM --platform=linux/amd64 public.ecr.aws/docker/library/node:24-slim AS build\n'
            'WORKDIR /src\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build && GOARCH=amd64 go build -o /dist/tool-amd64 ./tool && GOARCH=arm64 go build '
            '-o /dist/tool-arm64 ./tool\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24-arm64\n'
            'COPY --from=build /src/dist/ /dist/ ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -o /bootstrap ./cmd/orders\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023-arm64\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            None,
            'FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'ARG TARGETARCH\n'
            'COPY . /src\n'
            'RUN cd /src && CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bootstrap .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            None,
            None,
            None)),
 'LI229': ('A program that is linked dynamically starts with the C library of the image it runs in. glibc is '
           'compatible in one direction only: what was\n'
           'compiled against a newer one may ask an older one for symbols that it does not have. Amazon '
           'Linux 2023 has glibc 2.34, Amazon Linux 2 has 2.26; Debian 12 has 2.36, Debian 13 2.41,\n'
           'Ubuntu 24.04 2.39. The images of rust and golang without a release in their tag stand on the '
           'newest Debian and move on without notice, so that a build\n'
           'that worked for a year fails after a new Debian. Alpine has musl, another C library, in which a '
           'program for glibc does not start at all: the message\n'
           'names the program, but it is the loader that does not exist.\n'
           '\n'
           'Go programs need no C library with `CGO_ENABLED=0`; as soon as they use the network and a C '
           'compiler is there, which the golang images have, they are linked to\n'
           'glibc. Rust programs need none when they are compiled for a musl target. cargo lambda and cross '
           'choose a suitable glibc themselves.\n'
           '\n'
           'lintimg knows the glibc of the usual images by their tags and follows the program by its name '
           'through COPY. It says nothing where a target, `CGO_ENABLED`, or\n'
           'a package such as gcompat shows that the matter is settled.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/go-image.html',
            'https://github.com/aws/aws-lambda-rust-runtime/issues/874',
            'https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html'),
           ('lambda',),
           ("version `GLIBC_2.38' not found",
            'GLIBC_2.',
            '/lib64/libc.so.6: version',
            'fork/exec: no such file or directory',
            'exec /main: no such file or directory',
            'Runtime.InvalidEntrypoint',
            'ld-linux-x86-64.so.2'),
           ('FROM rust:1.91 AS build\n'
            'WORKDIR /src\n'
            'COPY Cargo.toml Cargo.lock ./\n'
            "RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo fetch --locked\n"
            'COPY src ./src\n'
            'RUN cargo build --release --locked\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /src/target/release/orders ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["orders"]\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY main.go ./\n'
            'RUN go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM rust:latest AS build\n'
            'COPY . /src\n'
            'RUN cargo build --release --manifest-path /src/Cargo.toml && mv /src/target/release/service '
            '/service\n'
            'FROM debian:bookworm-slim\n'
            'COPY --from=build /service /usr/local/bin/service\n'
            'CMD ["service"]\n'),
           ('FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY main.go ./\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM rust:1.91-alpine3.22 AS tool\n'
            'WORKDIR /src\n'
            'RUN cargo install --locked --root /tool ripgrep@14.1.1\n'
            'FROM rust:1.91-bookworm AS build\n'
            'WORKDIR /src\n'
            'RUN rustup target add x86_64-unknown-linux-musl\n'
            'COPY Cargo.toml Cargo.lock src ./\n'
            'RUN cargo build --release --target x86_64-unknown-linux-musl\n'
            'FROM debian:bookworm-slim\n'
            'COPY --from=tool /tool/bin/rg /usr/local/bin/rg\n'
            'COPY --from=build /src/target/x86_64-unknown-linux-musl/release/service /usr/local/bin/service\n'
            'CMD ["service"]\n'),
           (None,
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY main.go ./\n'
            'RUN CGO_ENABLED=0 go build -tags lambda.norpc -o /main .\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            None)),
 'LI230': ('A container function is described twice: the Dockerfile says what the image is, and a SAM, '
           'CloudFormation, Serverless, Terraform, CDK or .NET configuration how it is built and run. '
           'Nothing compares the two before they\n'
           'meet on Lambda. An image for arm64 on a function for x86_64, which is the default where nothing '
           'is said, is accepted and fails at its first invocation with `exec format error`. A build target '
           'that was renamed, a handler given\n'
           'as two words, `Runtime` or `Layers` left over from a zip function stop the deployment.\n'
           '\n'
           'The finding is in the infrastructure code, at the setting; which of the two sides is wrong only '
           'you can tell. Values that come from parameters without a default, from variables or from\n'
           "code are taken for unknown. An image's architecture is known from `--platform`, the image's tag, "
           'or what is compiled and downloaded for one architecture.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html',
            'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html',
            'https://github.com/aws/serverless-application-model/issues/1890'),
           ('lambda',),
           ('Source image is not valid. Provide a valid source image',
            'InvalidParameterValueException: Source image',
            'fork/exec /lambda-entrypoint.sh: exec format error',
            'Runtime.InvalidEntrypoint',
            'target stage could not be found',
            'Runtime, Handler, Layers cannot be present when PackageType is of type `Image`',
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is "
            'Image',
            'Lambda layers are not supported for functions created with container images',
            'One or more build-args were not consumed'),
           ('FROM --platform=linux/arm64 public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14-arm64 AS base\n'
            'ARG VERSION\n'
            'ENV VERSION=${VERSION}\n'
            '\n'
            'FROM base AS release\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/docker/library/golang:1.26 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod main.go ./\n'
            'RUN CGO_ENABLED=0 GOARCH=amd64 go build -o /bootstrap .\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n',
            'FROM public.ecr.aws/docker/library/python:3.14-slim AS development\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14-arm64 AS release\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14-arm64\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           (None, None, None, None, None, None)),
 'LI231': ('Lambda takes an image manifest, not an index. Buildx adds a provenance attestation to what it '
           'pushes unless told otherwise, and the pair of image and attestation makes an index; a list of '
           'platforms makes one too. Docker Engine\n'
           "29 and Docker Desktop keep images in containerd's store, where even a plain `docker build` "
           'attests. The push succeeds, ECR shows the image, and creating or updating the function fails '
           'with a sentence about media types that names no cause.\n'
           "AWS's own instructions put `--provenance=false` into each build command.\n"
           '\n'
           'The rule reads Makefiles, CI files, Terraform, package.json and scripts of the repository, and '
           'reports commands that build this Dockerfile in a file that also pushes. SAM and CDK build '
           'without attestations by themselves.\n'
           '`BUILDX_NO_DEFAULT_ATTESTATIONS=1` in the same file, `DOCKER_BUILDKIT=0` or `--load` settle the '
           'matter as well.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.docker.com/build/metadata/attestations/',
            'https://github.com/docker/buildx/issues/1533',
            'https://docs.docker.com/engine/storage/containerd/'),
           ('lambda',),
           ('The image manifest, config or layer media type for the source image is not supported',
            'The image manifest or layer media type for the source image is not supported',
            'InvalidParameterValueException',
            'application/vnd.oci.image.index.v1+json',
            'attestation-manifest unknown/unknown'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ${LAMBDA_TASK_ROOT}\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ${LAMBDA_TASK_ROOT}\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ${LAMBDA_TASK_ROOT}\nCMD ["app.handler"]\n',
            None,
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI232': ("AWS's Lambda base images since Python 3.12, Node.js 20, Java 21, .NET 8, Ruby 3.3 and "
           'provided:al2023 hold Amazon Linux 2023 in its\n'
           'minimal form. It has the shell, the core utilities, sed, grep, microdnf and curl, but not find, '
           'tar, gzip, unzip, which, ps, useradd, git, make, gcc, jq, openssl or wget, which the\n'
           'images before them partly had. A RUN that uses one of them stops the build with exit code 127.\n'
           '\n'
           'curl and gpg come as curl-minimal and gnupg2-minimal. The full packages conflict with them, and '
           'dnf stops instead of exchanging them, unless it is\n'
           'told to with `--allowerasing`. The minimal ones are enough for downloads by HTTPS and for '
           'checking signatures.\n'
           '\n'
           'Nothing is said where an earlier step brings the command, or installs a package that may bring '
           'it along, and where a script is prepared for its absence.',
           ('https://docs.aws.amazon.com/linux/al2023/ug/minimal-container.html',
            'https://docs.aws.amazon.com/linux/al2023/ug/al2023-container-image-types.html',
            'https://docs.aws.amazon.com/linux/al2023/ug/curl-minimal.html',
            'https://github.com/amazonlinux/amazon-linux-2023/issues/150'),
           ('lambda',),
           ('find: command not found',
            'tar: command not found',
            'unzip: command not found',
            'useradd: command not found',
            'which: command not found',
            'npm: command not found',
            'python3: command not found',
            'pip: command not found',
            'tar (child): gzip: Cannot exec: No such file or directory',
            'ps: command not found',
            'gcc: command not found',
            'jq: command not found',
            'make: command not found',
            'wget: command not found',
            'git: command not found',
            'package curl-minimal conflicts with curl',
            'conflicts with curl provided by',
            'exit code: 127'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt && find /var/lang -name tests -type d -exec '
            'rm -rf {} +\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS build\n'
            'RUN dnf install -y gcc make curl && dnf clean all\n'
            'RUN curl -fsSL -o /tmp/zstd.tar.gz https://example.com/zstd-1.5.6.tar.gz \\\n'
            '    && echo "8c29e06cf42aacc1eafc4077ae2ec6c6fcb96a626157e0593d5e82a34fd403c1  '
            '/tmp/zstd.tar.gz" | sha256sum -c - \\\n'
            '    && tar -xzf /tmp/zstd.tar.gz -C /opt \\\n'
            '    && rm /tmp/zstd.tar.gz\n'
            'RUN make -C /opt/zstd-1.5.6 install PREFIX=/zstd\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /zstd /opt\n'
            'COPY --chmod=0755 bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'RUN dnf install -y tar && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY fonts.tgz /tmp/\n'
            'RUN tar -xf /tmp/fonts.tgz -C /opt\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY web/package.json web/package-lock.json ./web/\n'
            'RUN cd web && npm ci && npm run build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM node:24-slim AS node\n'
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'COPY --from=node /usr/local/bin/node /usr/local/bin/node\n'
            'COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules\n'
            'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN dnf install -y nodejs22 && dnf clean all && node --version\n'
            'COPY --from=build /var/task/node_modules ./node_modules\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'RUN dnf install -y tar gzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY vendor.tgz /tmp/\n'
            'RUN tar -xzf /tmp/vendor.tgz -C /opt && rm /tmp/vendor.tgz\n'
            '\n'
            'FROM build AS tools\n'
            "RUN dnf install -y git && find / -xdev -name '*.pyc' -delete && dnf clean all\n"
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY --from=tools /opt/vendor ${LAMBDA_TASK_ROOT}/vendor\n'
            'COPY index.js ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS build\n'
            'RUN curl -fsSL -o /usr/local/bin/jq https://example.com/jq-1.8.1 \\\n'
            '    && echo "8c29e06cf42aacc1eafc4077ae2ec6c6fcb96a626157e0593d5e82a34fd403c1  '
            '/usr/local/bin/jq" | sha256sum -c - \\\n'
            '    && chmod 0755 /usr/local/bin/jq\n'
            'RUN jq --version\n'
            'RUN dnf install -y gcc-c++ && dnf clean all\n'
            'COPY main.c /src/\n'
            'RUN gcc -O2 -static -o /src/bootstrap /src/main.c\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /src/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function.handler"]\n',
            'FROM debian:12-slim AS assets\n'
            'RUN find /usr/share/zoneinfo -type f | tar -cf /zones.tar -T -\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            "RUN if command -v find; then find /opt -name '*.a' -delete; fi\n"
            'RUN dnf install -y --allowerasing curl && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY --from=assets /zones.tar /opt/\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN dnf install -y findutils && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN pip install --no-cache-dir -r requirements.txt && find /var/lang -name tests -type d -exec '
            'rm -rf {} +\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS build\n'
            'RUN dnf install -y gcc make curl-minimal && dnf clean all\n'
            'RUN dnf install -y tar gzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN curl -fsSL -o /tmp/zstd.tar.gz https://example.com/zstd-1.5.6.tar.gz \\\n'
            '    && echo "8c29e06cf42aacc1eafc4077ae2ec6c6fcb96a626157e0593d5e82a34fd403c1  '
            '/tmp/zstd.tar.gz" | sha256sum -c - \\\n'
            '    && tar -xzf /tmp/zstd.tar.gz -C /opt \\\n'
            '    && rm /tmp/zstd.tar.gz\n'
            'RUN make -C /opt/zstd-1.5.6 install PREFIX=/zstd\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /zstd /opt\n'
            'COPY --chmod=0755 bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'RUN dnf install -y tar && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY fonts.tgz /tmp/\n'
            'RUN dnf install -y gzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN tar -xf /tmp/fonts.tgz -C /opt\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            None)),
 'LI233': ('Many packages bring compiled modules, and pip and npm fetch those that fit the machine on which '
           'they run: the version of Python (`_multiarray_umath.cpython-310-x86_64-linux-gnu.so`)\n'
           "and the C library (Alpine has musl, AWS's base images and Debian have glibc). A stage that "
           'installs on another image brings files that the shipped one cannot load. The build\n'
           "succeeds; the first invoke ends with `Unable to import module 'app': No module named "
           '\'pydantic_core._pydantic_core\'`, or with sharp\'s `Could not load the "sharp" module using the '
           'linux-x64 runtime`.\n'
           '\n'
           'The safest builder is the shipped base itself, named a second time with `AS builder`: it has the '
           'same Python, the same C library and the same processor. lintimg reports packages\n'
           'that surely have a compiled part, where the versions or C libraries of both images are known, '
           'and keeps quiet where the installation is told its platform or the image installs again.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/python-package.html',
            'https://sharp.pixelplumbing.com/install#cross-platform'),
           ('lambda',),
           ("No module named 'pydantic_core._pydantic_core'",
            'Unable to import required dependencies: numpy',
            'IMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE',
            'Error importing numpy: you should not try to import numpy from its source directory',
            'Could not load the "sharp" module using the linux-x64 runtime',
            "cannot import name '_imaging' from 'PIL'",
            "No module named '_cffi_backend'",
            "No module named 'psycopg2._psycopg'",
            'ERR_DLOPEN_FAILED',
            'invalid ELF header'),
           ('FROM python:3.11-slim AS builder\n'
            'WORKDIR /build\n'
            'COPY requirements.txt .\n'
            'RUN pip install -r requirements.txt --target /build/python\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=builder /build/python ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            '\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.13-alpine AS builder\n'
            'RUN pip install --target /deps fastapi==0.121.0 mangum==0.19.0 pydantic==2.12.3\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=builder /deps/ ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-alpine AS build\n'
            'WORKDIR /usr/src/app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npx tsc --outDir dist src/index.ts && npm prune --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /usr/src/app/node_modules ./node_modules\n'
            'COPY --from=build /usr/src/app/dist ./\n'
            'CMD ["index.handler"]\n',
            'FROM python:3.12-slim-bookworm AS build\n'
            'WORKDIR /function\n'
            'COPY requirements.txt .\n'
            'RUN pip install --target /function -r requirements.txt\n'
            'COPY app.py .\n'
            'FROM gcr.io/distroless/python3-debian12\n'
            'WORKDIR /function\n'
            'COPY --from=build /function /function\n'
            'ENTRYPOINT ["/usr/bin/python3", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.12-slim AS builder\n'
            'WORKDIR /build\n'
            'COPY requirements.txt .\n'
            'RUN pip install -r requirements.txt --target /build/python\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=builder /build/python ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            '\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.11-alpine AS deps\n'
            'RUN pip install --target /deps requests==2.32.5 boto3==1.40.1\n'
            'FROM node:24-alpine AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npx esbuild src/index.ts --bundle --platform=node --external:sharp --outfile=dist/index.js\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=deps /deps /opt/python\n'
            'COPY --from=build /app/dist ./\n'
            'CMD ["index.handler"]\n',
            'FROM python:3.11-alpine AS builder\n'
            'RUN pip install --target /deps --platform manylinux2014_x86_64 --python-version 3.13 '
            '--only-binary=:all: numpy==2.2.6\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=builder /deps/ ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None, None, None)),
 'LI234': ('The image builds, and the function fails when its module is loaded. It happens where a manifest '
           'is copied and the line that installs it was forgotten or deleted, where a build stage installs '
           'packages to a folder that the last\n'
           "stage does not take over, and where a COPY names the handler's file alone while that file "
           'imports another one of the project.\n'
           '\n'
           "The rule reads the handler's file: what it imports at its top level, without `try`, that is "
           "neither part of the language nor of AWS's base image. It says nothing as soon as anything in the "
           'Dockerfile may bring the module: an\n'
           'installation whose packages are not known, a script, a base image of your own, a layer copied to '
           "/opt, a changed `sys.path`, or a `COPY .` that may take the host's node_modules along.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-image.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-image.html',
            'https://repost.aws/knowledge-center/lambda-import-module-error-python'),
           ('lambda',),
           ("Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'",
            'Error: Cannot find module',
            'No module named',
            'ModuleNotFoundError'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./src/\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /build/src/ ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY index.mjs package.json ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py orders.py ./\n'
            'COPY helpers/ ./helpers/\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'COPY requirements.txt /tmp/\n'
            'RUN pip install --no-cache-dir --target /deps -r /tmp/requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'COPY requests ./requests\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\nCOPY . ./\nCMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=public.ecr.aws/sample/pandas-layer:1 /opt /opt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'COPY requirements.txt ./\n'
            'RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /opt/venv/lib/python3.14/site-packages /opt/python\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            None,
            None)),
 'LI235': ('Some packages of Python and Node.js are only half of what they need: they call a program, load a '
           "library of the system, or are compiled against one. On a laptop these are there. AWS's base\n"
           'images and the slim images have next to none of them, and no compiler: the build stops, the '
           'first import fails, or the first call does.\n'
           '\n'
           'The rule knows the packages (`lintimg/checks/data/system_libraries.json`) and looks at the whole '
           'Dockerfile and the paths of the build context for anything that may bring what is missing: a '
           'package, a\n'
           "file, a stage, a layer. It says nothing where a script, another image's files or an unknown base "
           'may do so.',
           ('https://www.psycopg.org/docs/install.html',
            'https://doc.courtbouillon.org/weasyprint/stable/first_steps.html',
            'https://docs.aws.amazon.com/linux/al2023/ug/minimal-container.html'),
           ('lambda',),
           ('cannot open shared object file: No such file or directory',
            'Error: pg_config executable not found',
            'mysql_config not found',
            'Can not find valid pkg-config name',
            'libpq.so.5: cannot open shared object file',
            'libodbc.so.2: cannot open shared object file',
            "cannot load library 'libgobject-2.0-0'",
            "cannot load library 'libpango-1.0-0'",
            'no pq wrapper available',
            'Unable to get page count. Is poppler installed and in PATH?',
            "tesseract is not installed or it's not in your PATH",
            "No such file or directory: 'ffmpeg'",
            'No wkhtmltopdf executable found',
            "error: command 'gcc' failed: No such file or directory"),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /build/packages -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'ENV LOG_LEVEL=info\n'
            'COPY --from=build /build/packages ${LAMBDA_TASK_ROOT}\n'
            'COPY src/app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /srv\n'
            'RUN pip install --no-cache-dir flask==3.1.2 mysqlclient==2.2.7\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'RUN dnf install -y gcc libpq-devel && dnf clean all\n'
            'RUN pip install --no-cache-dir --target /deps psycopg2==2.9.11\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'RUN dnf install -y gcc libpq-devel && dnf clean all\n'
            'RUN pip install --no-cache-dir --target /deps psycopg2==2.9.11\n'
            '\n'
            'FROM debian:13-slim AS ocr\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr && rm -rf '
            '/var/lib/apt/lists/*\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN dnf install -y poppler-utils libpq && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY --from=ocr /usr/bin/tesseract /opt/bin/\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14 AS full\n'
            'RUN pip install --no-cache-dir psycopg2==2.9.11\n'
            'FROM python:3.8-slim AS old\n'
            'RUN pip install --no-cache-dir psycopg2==2.7.7\n'
            'FROM python:3.14-slim\n'
            'COPY wheels/ /wheels/\n'
            'RUN pip install --no-cache-dir --find-links /wheels mysqlclient==2.2.7\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY vendor ./vendor\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None,
            None,
            None,
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'RUN dnf install -y gcc libpq-devel && dnf clean all\n'
            'RUN pip install --no-cache-dir --target /deps psycopg2-binary==2.9.11\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n')),
 'LI301': ('The builder reuses a layer as long as nothing before it changed. Sources change with every '
           'commit, dependencies seldom. If\n'
           'the sources are copied first, or in the same COPY as requirements.txt or package.json, every '
           'commit invalidates the layer\n'
           'of the installation: the build downloads and compiles all dependencies again, and the new layer, '
           'though equal in\n'
           'content, has to be pushed to ECR and stored again, and Lambda has to optimise it again.\n'
           '\n'
           'Copy the manifest alone, install, then copy the sources:\n'
           '\n'
           '    COPY requirements.txt ./\n'
           '    RUN pip install --no-cache-dir -r requirements.txt\n'
           '    COPY app.py ./\n'
           '\n'
           'Nothing is said where the installation itself needs the sources: a package in the context, a '
           'workspace of several packages,\n'
           'scripts that run at installation (as far as the build context shows them), manifests brought by '
           'a bind mount. Tools that fetch and\n'
           'compile in one step (`mvn package`, `cargo build`) get a hint at most. The fix is marked unsafe '
           "because a package's\n"
           'installation scripts may need more than the manifest.',
           ('https://docs.docker.com/build/cache/optimize/',
            'https://aws.amazon.com/blogs/compute/optimizing-lambda-functions-packaged-as-container-images/',
            'https://docs.aws.amazon.com/lambda/latest/dg/python-image.html'),
           ('build-time',),
           ('docker build reinstalls dependencies every time', 'COPY requirements.txt before COPY .'),
           ('# Use an image that implements the Lambda Runtime API\n'
            'FROM amazon/aws-lambda-nodejs:12\n'
            'COPY app.js package*.json ./\n'
            'RUN npm install\n'
            'CMD [ "app.lambdaHandler" ]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY . ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["app.handler"]\n',
            'FROM node:22 AS a\n'
            'WORKDIR /app\n'
            'ADD ./ /app\n'
            'RUN npm ci\n'
            'RUN npm run build\n'
            'FROM python:3.12 AS b\n'
            'WORKDIR /app\n'
            'COPY ["./", "/app/"]\n'
            'RUN pip install --no-cache-dir -r /app/api/requirements.txt\n'
            'FROM golang:1.22 AS c\n'
            'WORKDIR /src\n'
            'COPY * ./\n'
            'RUN go mod download\n'
            'FROM debian:12-slim\n'
            'COPY --from=a /app/dist /app\n'
            'COPY --from=b /app /b\n'
            'COPY --from=c /src /c\n'
            'CMD ["/app/run"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY app/ ${LAMBDA_TASK_ROOT}/\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt --target ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM oven/bun:1.2 AS web\n'
            'COPY . .\n'
            'RUN bun install --frozen-lockfile\n'
            'FROM elixir:1.18 AS api\n'
            'WORKDIR /srv\n'
            'COPY . .\n'
            'RUN mix local.hex --force && mix deps.get --only prod\n'
            'FROM swift:6.0 AS tool\n'
            'WORKDIR /src\n'
            'COPY . .\n'
            'RUN swift build -c release\n'
            'FROM elixir:1.18-slim\n'
            'COPY --from=web /home/bun/app/dist /srv/web\n'
            'COPY --from=api /srv/_build /srv/api\n'
            'COPY --from=tool /src/.build/release/tool /usr/local/bin/tool\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            '\n'
            '# the function\n'
            '# and its helpers\n'
            'COPY src/ ./src/\n'
            '\n'
            'COPY config.js ./\n'
            'COPY package*.json ./\n'
            '\n'
            '# dependencies\n'
            'RUN npm ci --omit=dev \\\n'
            '    && npm cache clean --force\n'
            '\n'
            'CMD ["src/index.handler"]\n',
            'FROM python:3.12-slim\n'
            'WORKDIR /function\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY src/ ./\n'
            'RUN pip install --no-cache-dir awslambdaric==3.0.0\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM maven:3.9-amazoncorretto-21 AS build\n'
            'WORKDIR /src\n'
            'COPY . .\n'
            'RUN mvn -q package\n'
            'FROM public.ecr.aws/lambda/java:21\n'
            'COPY --from=build /src/target/function.jar ${LAMBDA_TASK_ROOT}/lib/\n'
            'CMD ["example.App::handleRequest"]\n',
            '# syntax=docker/dockerfile:1\n'
            'ARG RUBY=3.3\n'
            'FROM public.ecr.aws/lambda/ruby:${RUBY}\n'
            '\n'
            'LABEL org.opencontainers.image.title="resize"\n'
            'ENV BUNDLE_WITHOUT=development:test\n'
            '\n'
            '# everything at once\n'
            'COPY --chmod=0755 . ${LAMBDA_TASK_ROOT}/\n'
            'RUN bundle install\n'
            '\n'
            'ENV RAILS_ENV=production\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt requirements-extra.txt pip.conf ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt -r requirements-extra.txt\n'
            'COPY . ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-slim\n'
            'WORKDIR /app\n'
            'COPY certs/company.crt /usr/local/share/ca-certificates/\n'
            'COPY entrypoint.sh /usr/local/bin/\n'
            'COPY setup.py README.md pyproject.toml ./\n'
            'COPY src/example/__init__.py src/example/\n'
            'COPY requirements/ requirements/\n'
            'RUN pip install --no-cache-dir -r requirements/base.txt\n'
            'COPY . .\n'
            'RUN pip install --no-cache-dir --no-deps .\n'
            'CMD ["example"]\n',
            'FROM node:22-slim AS build\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock .yarnrc.yml tsconfig.json ./\n'
            'COPY .yarn/releases ./.yarn/releases\n'
            'RUN yarn install --immutable\n'
            'COPY . .\n'
            'RUN yarn build && yarn workspaces focus --production\n'
            'FROM mcr.microsoft.com/dotnet/sdk:8.0 AS net\n'
            'WORKDIR /src\n'
            'COPY ["App/App.csproj", "App/"]\n'
            'RUN dotnet restore App/App.csproj\n'
            'COPY . .\n'
            'RUN dotnet publish App/App.csproj -c Release -o /out\n'
            'FROM gcr.io/distroless/nodejs22-debian12:nonroot\n'
            'COPY --from=build /app /app\n'
            'COPY --from=net /out /net\n'
            'CMD ["/app/dist/index.js"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.5.0 /uv /bin/uv\n'
            'COPY nginx.repo /etc/yum.repos.d/\n'
            'RUN dnf install -y nginx && dnf clean all\n'
            'RUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\\n'
            '    --mount=type=bind,source=uv.lock,target=uv.lock \\\n'
            '    uv export --frozen --no-dev -o requirements.txt && uv pip install --no-cache -r '
            'requirements.txt --target ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM node:22-slim AS build\n'
            'WORKDIR /app\n'
            'COPY . .\n'
            'RUN npm ci\n'
            'FROM node:22-slim\n'
            'COPY --from=build /app/packages/a /app\n'
            'CMD ["node", "/app/index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir poetry==1.8.3 poetry-plugin-export==1.8.0\n'
            'COPY pyproject.toml poetry.lock ./\n'
            'RUN poetry export -o requirements.txt && pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py settings.toml ./\n'
            'CMD ["app.handler"]\n'),
           ('# Use an image that implements the Lambda Runtime API\n'
            'FROM amazon/aws-lambda-nodejs:12\n'
            'COPY package*.json ./\n'
            'RUN npm install\n'
            'COPY app.js ./\n'
            'CMD [ "app.lambdaHandler" ]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}/\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY . ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM node:22 AS a\n'
            'WORKDIR /app\n'
            'ADD package*.json /app/\n'
            'RUN npm ci\n'
            'ADD ./ /app\n'
            'RUN npm run build\n'
            'FROM python:3.12 AS b\n'
            'WORKDIR /app\n'
            'COPY ["./", "/app/"]\n'
            'RUN pip install --no-cache-dir -r /app/api/requirements.txt\n'
            'FROM golang:1.22 AS c\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum* ./\n'
            'RUN go mod download\n'
            'COPY * ./\n'
            'FROM debian:12-slim\n'
            'COPY --from=a /app/dist /app\n'
            'COPY --from=b /app /b\n'
            'COPY --from=c /src /c\n'
            'CMD ["/app/run"]\n',
            None,
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir -r requirements.txt --target ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM oven/bun:1.2 AS web\n'
            'COPY package.json bun.lock* ./\n'
            'RUN bun install --frozen-lockfile\n'
            'COPY . .\n'
            'FROM elixir:1.18 AS api\n'
            'WORKDIR /srv\n'
            'COPY mix.exs mix.lock* ./\n'
            'RUN mix local.hex --force && mix deps.get --only prod\n'
            'COPY . .\n'
            'FROM swift:6.0 AS tool\n'
            'WORKDIR /src\n'
            'COPY . .\n'
            'RUN swift build -c release\n'
            'FROM elixir:1.18-slim\n'
            'COPY --from=web /home/bun/app/dist /srv/web\n'
            'COPY --from=api /srv/_build /srv/api\n'
            'COPY --from=tool /src/.build/release/tool /usr/local/bin/tool\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            '\n'
            'COPY package*.json ./\n'
            '\n'
            '# dependencies\n'
            'RUN npm ci --omit=dev \\\n'
            '    && npm cache clean --force\n'
            '\n'
            '# the function\n'
            '# and its helpers\n'
            'COPY src/ ./src/\n'
            '\n'
            'COPY config.js ./\n'
            '\n'
            'CMD ["src/index.handler"]\n',
            'FROM python:3.12-slim\n'
            'WORKDIR /function\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN pip install --no-cache-dir awslambdaric==3.0.0\n'
            'COPY src/ ./\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            None,
            '# syntax=docker/dockerfile:1\n'
            'ARG RUBY=3.3\n'
            'FROM public.ecr.aws/lambda/ruby:${RUBY}\n'
            '\n'
            'LABEL org.opencontainers.image.title="resize"\n'
            'ENV BUNDLE_WITHOUT=development:test\n'
            '\n'
            '# everything at once\n'
            'COPY --chmod=0755 Gemfile Gemfile.lock ${LAMBDA_TASK_ROOT}/\n'
            'RUN bundle install\n'
            'COPY --chmod=0755 . ${LAMBDA_TASK_ROOT}/\n'
            '\n'
            'ENV RAILS_ENV=production\n'
            'CMD ["app.handler"]\n')),
 'LI302': ('`COPY .` takes whatever lies in the folder: the history in .git, node_modules or a virtual '
           'environment made for another\n'
           'system, caches of tools, .env and key files. All of it is uploaded to the builder, shipped with '
           'the image and counted by\n'
           'Lambda; node_modules from a laptop can overwrite the modules that the build has just installed; '
           'and every commit\n'
           'changes .git, which invalidates the layer although no source changed.\n'
           '\n'
           'The finding lists what really comes along, after the ignore file in force '
           '(`Dockerfile.dockerignore`, or `.dockerignore` in the\n'
           'root of the context) has been applied, with its bytes. Nothing is said where nothing of the kind '
           'comes along. node_modules\n'
           'counts only when the build installs packages itself; tests and caches of tools count from 5 MB '
           'on. Without a\n'
           'build context at hand there is one hint for the file.\n'
           '\n'
           'The fix is marked unsafe because only you can tell that none of it is wanted.',
           ('https://docs.docker.com/build/concepts/context/#dockerignore-files',
            'https://docs.docker.com/build/building/best-practices/'),
           ('size', 'security'),
           ('.dockerignore', 'docker image contains .git', 'COPY . . node_modules'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY . ./\n'
            'CMD ["index.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'COPY . /src\n'
            'RUN python -m compileall /src\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV STAGE=production\n'
            'COPY certs /opt/certs\n'
            'ADD --chmod=755 . ${LAMBDA_TASK_ROOT}/\n'
            'RUN ls ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.main.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\nCOPY src ./\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS version\n'
            'RUN --mount=type=bind,source=.git,target=.git git describe > /version\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=version /version ./\n'
            'COPY . ./\n'
            'CMD ["api.app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\nCOPY . .\nCOPY ./ /opt/second/\nCMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package*.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY . .\n'
            'CMD ["index.handler"]\n',
            'FROM golang:1.22 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -o /bootstrap .\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\nCOPY . ${LAMBDA_TASK_ROOT}\nCMD ["index.handler"]\n'),
           (None, None, None, None, None)),
 'LI303': ('A package named without a version is installed in whatever version is the newest on the day of '
           'the build. Two builds of one\n'
           'commit can differ, and a release that breaks the function arrives without a change of yours. The '
           "builder's cache makes it\n"
           'worse: the old version stays until some earlier line changes, then the new one comes as a '
           'surprise.\n'
           '\n'
           'Only packages of pip, pipx, uv, npm, yarn, pnpm, gem and go that stand on the line are looked '
           'at, not those of a requirements or\n'
           'lock file. A range such as `>=2,<3` is a decision and is accepted, so are constraints (`-c`), '
           'paths, URLs and\n'
           'variables, and pip, setuptools, wheel and npm themselves (LI309, off by default, speaks of '
           'those). A repository without a branch,\n'
           'tag or commit is as good as no version. A tag such as `@latest`, which hadolint accepts for npm, '
           'means the newest as well.\n'
           '`go run` without a version takes that of go.mod or runs files of the project, which hadolint '
           'does not tell apart; with `@latest` it counts here too. A local file (`a.gem`) is what it is.',
           ('https://pip.pypa.io/en/stable/topics/repeatable-installs/',
            'https://docs.docker.com/build/building/best-practices/'),
           ('reproducibility',),
           ('pin versions in pip', 'DL3013'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir keras-image-helper==0.0.2 onnxruntime "numpy<2"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.13-slim\n'
            'RUN pip install --no-cache-dir git+https://github.com/example/a.git '
            'git+ssh://git@github.com/example/b@v1 "c @ git+https://github.com/example/c"\n'
            'ONBUILD RUN pip install --no-cache-dir boto3\n',
            'FROM golang:1.22 AS tools\n'
            'RUN go install github.com/example/tool@latest && go install github.com/example/other@v1.2.3\n'
            'RUN go run ./cmd/generate && go run github.com/example/other@v1.2.3 example.com/argument\n'
            'RUN go run github.com/example/third@latest all\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ARG VERSION\n'
            'RUN npm install -g typescript esbuild@0.21.5 example@${VERSION} && npm cache clean --force\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY --from=tools /go/bin/tool /opt/bin/\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'ARG BOTO\n'
            'COPY requirements.txt constraints.txt ./\n'
            'RUN pip install --no-cache-dir --upgrade pip setuptools wheel\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN pip install --no-cache-dir -c constraints.txt requests\n'
            'RUN pip install --no-cache-dir "pandas~=2.2" \'numpy>=1.26,<2\' boto3==${BOTO}\n'
            'RUN pip install --no-cache-dir https://example.com/wheels/tool-1.2-py3-none-any.whl '
            'git+https://github.com/example/x@v1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY vendor.tar ./\n'
            'RUN npm install --omit=dev vendor.tar && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           (None, None, None)),
 'LI304': ('`npm install` treats the lock file as advice: where package.json asks for something the lock '
           'file does not hold, it resolves\n'
           'a new version and writes the lock file anew, in an image where nobody will see it. `npm ci` '
           'removes node_modules, installs\n'
           'exactly the locked versions, is faster, and stops with an error when package.json and lock file '
           'disagree. The same\n'
           'goes for `yarn install --frozen-lockfile` and `pnpm install --frozen-lockfile`.\n'
           '\n'
           'The fix is marked unsafe because a lock file that is out of date makes the build fail, which is '
           'the point.',
           ('https://docs.npmjs.com/cli/v11/commands/npm-ci',
            'https://classic.yarnpkg.com/en/docs/cli/install',
            'https://pnpm.io/cli/install'),
           ('reproducibility',),
           ('npm ci vs npm install docker',),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package*.json ./\n'
            'RUN npm install --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'RUN npm install -g yarn@1.22.22\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock ./\n'
            'RUN yarn install\n'
            'COPY src ./src\n'
            'RUN yarn build\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY --from=build /app/dist ${LAMBDA_TASK_ROOT}\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package*.json ./\n'
            'RUN npm install --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'RUN npm install -g example@1.0.0 && npm cache clean --force\n'
            'RUN npm install example@1.0.0 && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package*.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'RUN npm install -g yarn@1.22.22\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock ./\n'
            'RUN yarn install --frozen-lockfile\n'
            'COPY src ./src\n'
            'RUN yarn build\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY --from=build /app/dist ${LAMBDA_TASK_ROOT}\n'
            'CMD ["index.handler"]\n')),
 'LI305': ('A RUN is built again when its own text or something before it changes. `RUN apt-get update` '
           'never changes, so the list of packages in the cache becomes\n'
           'weeks old while the RUN with the installation below it changes now and then. The list then names '
           'versions that the mirrors have\n'
           'dropped ("404 Not Found"), or leaves out a security update. In one RUN both are run or neither.\n'
           '\n'
           'The lists also stay in the image, since nothing can remove them from their layer later. Nothing '
           'is said where another program in the\n'
           'same RUN may be the one that installs.',
           ('https://docs.docker.com/build/building/best-practices/#apt-get',),
           ('reproducibility',),
           ('E: Failed to fetch 404 Not Found docker build',
            'E: Unable to locate package docker apt-get update cache'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update\n'
            'RUN apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n',
            'FROM alpine:3.22 AS assets\n'
            'RUN apk update\n'
            'RUN apk add --no-cache zip\n'
            '\n'
            'FROM ubuntu:24.04\n'
            'RUN echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list && '
            '\\\n'
            '    apt-get -qq update && \\\n'
            '    apt-get clean\n'
            'RUN apt-get install -y --no-install-recommends example\n'
            'WORKDIR /srv/app\n'
            'COPY --from=assets /usr/bin/zip /usr/local/bin/zip\n'
            'COPY app.bin ./\n'
            'CMD ["./app.bin"]\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n'
            'RUN apt-get update; apt-get -y upgrade; rm -rf /var/lib/apt/lists/*\n',
            'FROM debian:12-slim\n'
            'COPY install.sh /tmp/\n'
            'RUN apt-get update && /tmp/install.sh && rm -rf /var/lib/apt/lists/*\n'
            'RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update\n'
            'RUN apt-get update && npx playwright install --with-deps && rm -rf /var/lib/apt/lists/*\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n',
            'FROM alpine:3.22 AS assets\n'
            'RUN apk update \\\n'
            '    && apk add --no-cache zip\n'
            '\n'
            'FROM ubuntu:24.04\n'
            'RUN echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list && '
            '\\\n'
            '    apt-get -qq update && \\\n'
            '    apt-get clean \\\n'
            '    && apt-get install -y --no-install-recommends example\n'
            'WORKDIR /srv/app\n'
            'COPY --from=assets /usr/bin/zip /usr/local/bin/zip\n'
            'COPY app.bin ./\n'
            'CMD ["./app.bin"]\n')),
 'LI306': ('Off by default, and for most images it should stay so: distributions remove a version from their '
           'mirrors on the day the next one comes, so that\n'
           'a pinned build fails, and what it fails to install is mostly a security update. What makes such '
           'a build repeatable is the base image by digest together with a\n'
           'snapshot of the repositories (snapshot.debian.org, `releasever` of Amazon Linux 2023).\n'
           '\n'
           'Groups cannot have a version, and a file (`./a.rpm`) is what it is. Where a variable stands for '
           'a whole package and the text does not tell its value, or a loop installs what it\n'
           'counts through, nothing is said; hadolint speaks there.',
           ('https://docs.docker.com/build/building/best-practices/#apt-get',
            'https://docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades.html'),
           ('reproducibility',),
           ('E: Version 1.2 for package was not found', 'pin versions in apt get install'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends jq=1.6-2.1 curl && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM alpine:3.22 AS a\n'
            'RUN apk add --no-cache --virtual .build curl git=2.45.2-r0 zlib~1.3 python3@edge\n'
            'FROM fedora:41 AS b\n'
            'RUN dnf install -y httpd-2.4.62 mod_ssl my-package kernel-headers-6.11.4-301.fc41 ./local.rpm '
            '&& dnf clean all\n'
            'FROM opensuse/leap:15.6 AS c\n'
            'RUN zypper in -y apache2=2.4 vim "git>=2" && zypper clean --all\n'
            'FROM centos:7 AS d\n'
            'RUN yum -y install epel-release "nodejs-16.*" && yum clean all && rm -rf /var/cache/yum\n'
            'FROM debian:12-slim\n'
            'ARG PACKAGES=jq\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends "$PACKAGES" && rm -rf '
            '/var/lib/apt/lists/*\n'),
           ('FROM debian:12-slim\n'
            'ARG JQ_VERSION\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends jq=${JQ_VERSION} curl/bookworm '
            './app.deb $MORE && rm -rf /var/lib/apt/lists/*\n',
            'FROM fedora:41\n'
            'ARG V\n'
            'RUN dnf install -y "httpd-${V}" && dnf group install -y "Development Tools" && dnf clean all && '
            'dnf remove -y foo\n'),
           (None, None)),
 'LI307': ('The builder reuses a layer if its instruction and everything it depends on are the same as '
           'before. A RUN sees all ARGs declared above it as\n'
           "variables, so it depends on their values, whether it uses them or not. A commit's hash or the "
           'date of the build, declared at\n'
           'the top of the stage for a LABEL at its end, is a new value each time: no RUN below is ever '
           'reused, and the new layers, the\n'
           'same to the byte, are pushed to ECR and prepared by Lambda again.\n'
           '\n'
           'Only names that mean a commit, a build or its date are looked at, without a default or with a '
           'placeholder such as\n'
           '`unknown`, and only before installations that do not mention them. A fixed commit that is '
           'checked out has a default of its own. Below `COPY` of sources, which\n'
           'change as often, nothing more is lost. The fix is marked unsafe because a program may read the '
           'variable without the Dockerfile mentioning it.',
           ('https://docs.docker.com/reference/dockerfile/#impact-on-build-caching',
            'https://docs.docker.com/build/cache/invalidation/#build-arguments'),
           ('build-time',),
           ('docker build cache invalidated by ARG', 'build arg git sha no cache'),
           ('FROM python:3.13-slim\n'
            'ARG GIT_SHA\n'
            'RUN pip install --no-cache-dir boto3==1.41.0\n'
            'LABEL org.opencontainers.image.revision=$GIT_SHA\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ARG VERSION\n'
            'ARG BUILD_DATE="unknown"\n'
            'ARG VCS_REF=dev\n'
            'ENV VERSION=${VERSION} \\\n'
            '    BUILD_DATE=${BUILD_DATE}\n'
            '\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'LABEL org.opencontainers.image.revision="${VCS_REF}"\n'
            'CMD ["index.handler"]\n'),
           ('FROM golang:1.24 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'ARG COMMIT_SHA\n'
            'RUN go build -ldflags "-X main.commit=${COMMIT_SHA}" -o /app .\n'
            'FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf '
            '/var/lib/apt/lists/*\n'
            'ARG COMMIT_SHA\n'
            'LABEL org.opencontainers.image.revision=$COMMIT_SHA\n'
            'COPY --from=build /app /app\n',
            'FROM python:3.13-slim\n'
            'ARG GIT_COMMIT=1f3a5c7e9b2d4f6a8c0e1f3a5c7e9b2d4f6a8c0e\n'
            'ARG REVISION\n'
            'RUN pip install --no-cache-dir "git+https://github.com/example/tool@${GIT_COMMIT}" && echo '
            '"$REVISION" > /etc/revision\n'),
           ('FROM python:3.13-slim\n'
            'RUN pip install --no-cache-dir boto3==1.41.0\n'
            'ARG GIT_SHA\n'
            'LABEL org.opencontainers.image.revision=$GIT_SHA\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ARG VERSION\n'
            'ARG BUILD_DATE="unknown"\n'
            'ENV VERSION=${VERSION} \\\n'
            '    BUILD_DATE=${BUILD_DATE}\n'
            '\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'ARG VCS_REF=dev\n'
            'COPY index.js ./\n'
            'LABEL org.opencontainers.image.revision="${VCS_REF}"\n'
            'CMD ["index.handler"]\n')),
 'LI308': ('A cache mount is a folder of the builder that is there while a RUN runs and is no part of the '
           'layer. One changed line in\n'
           'requirements.txt then costs one download instead of two hundred, and nothing has to be cleaned '
           'up. Off by default: it helps where the builder lives on between\n'
           "builds, which many CI systems' do not, and it needs BuildKit. LI402, which wants no cache in a "
           'layer, is content with a mount.\n'
           '\n'
           'Installations of packages named on the line, seldom run again, are left out, and so are managers '
           'whose cache is used\n'
           'later as well (go, cargo, maven). The fix assumes the cache of root, and is not offered after '
           'USER.',
           ('https://docs.docker.com/build/cache/optimize/#use-cache-mounts',),
           ('build-time',),
           ('RUN --mount=type=cache pip', 'docker build pip cache between builds'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:22 AS build\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY . .\n'
            'RUN npm run build\n'
            'FROM python:3.13-slim\n'
            'ENV UV_LINK_MODE=copy\n'
            'WORKDIR /srv\n'
            'COPY pyproject.toml uv.lock ./\n'
            'USER app\n'
            'RUN uv sync --frozen --no-dev --no-install-project --no-cache\n'
            'COPY --from=build /srv/dist ./dist\n'
            'CMD ["python", "-m", "app"]\n'),
           ('FROM node:22-slim\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev\n',
            'FROM python:3.13-slim\n'
            'ENV PIP_CACHE_DIR=/cache\n'
            'COPY requirements.txt ./\n'
            'RUN --mount=type=cache,target=/cache pip install -r requirements.txt\n'
            'RUN npm install -g npm@11.6.0 && npm cache clean --force\n'),
           ('FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:22 AS build\n'
            'WORKDIR /srv\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=cache,target=/root/.npm npm ci\n'
            'COPY . .\n'
            'RUN npm run build\n'
            'FROM python:3.13-slim\n'
            'ENV UV_LINK_MODE=copy\n'
            'WORKDIR /srv\n'
            'COPY pyproject.toml uv.lock ./\n'
            'USER app\n'
            'RUN uv sync --frozen --no-dev --no-install-project --no-cache\n'
            'COPY --from=build /srv/dist ./dist\n'
            'CMD ["python", "-m", "app"]\n')),
 'LI309': ('LI303 leaves out pip, setuptools, wheel and npm, which are commonly brought up to date first, '
           'and whose\n'
           'releases seldom change what is installed. Who wants builds to be the same to the byte selects '
           'this rule as well.',
           ('https://pip.pypa.io/en/stable/topics/repeatable-installs/',),
           ('reproducibility',),
           (),
           ('FROM python:3.13-slim\nRUN pip install --no-cache-dir --upgrade pip\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS assets\n'
            'RUN npm install -g npm && npm cache clean --force\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN python -m pip install --no-cache-dir -U pip setuptools==80.9.0 wheel \\\n'
            '    && pip install --no-cache-dir -r requirements.txt\n'
            'COPY --from=assets /var/lang/bin/node /opt/node\n'
            'COPY app.py ./\n'
            'ENV PYTHONDONTWRITEBYTECODE=1\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.13-slim\nRUN pip install --no-cache-dir --upgrade pip==25.3 "setuptools<81"\n',
            'FROM python:3.13-slim\n'
            'COPY constraints.txt ./\n'
            'RUN pip install --no-cache-dir --constraint constraints.txt --upgrade pip && pip install '
            '--no-cache-dir boto3==1.41.0\n'),
           (None, None)),
 'LI401': ('Compilers, build systems, headers and SDKs are needed while an image is built and never when it '
           'runs. In a single stage\n'
           'they all become part of it: gcc and its friends alone are 200 to 400 MB, a JDK, Go or Rust '
           'toolchain is more.\n'
           '\n'
           'A multi-stage build compiles in one stage and copies the result into a clean one. Use the same '
           'AWS base image for both, so\n'
           'that native code is linked against the C library it will meet:\n'
           '\n'
           '    FROM public.ecr.aws/lambda/python:3.13 AS build\n'
           '    RUN dnf install -y gcc\n'
           '    COPY requirements.txt ./\n'
           '    RUN pip install --no-cache-dir -r requirements.txt --target /deps\n'
           '\n'
           '    FROM public.ecr.aws/lambda/python:3.13\n'
           '    COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
           '    COPY app.py ${LAMBDA_TASK_ROOT}\n'
           '\n'
           'Tools that the same RUN removes again are fine; removed in a later RUN they are still in the '
           'image. Only the shipped stages\n'
           'are looked at, and images that exist to build things are left alone. If the program itself calls '
           'the compiler,\n'
           'silence the rule with a comment that says so.',
           ('https://docs.docker.com/build/building/multi-stage/',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://aws.amazon.com/blogs/compute/optimizing-lambda-functions-packaged-as-container-images/'),
           ('size', 'security'),
           ('multi-stage build lambda', 'gcc in lambda image', 'build-essential docker image size'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y gcc python3-devel && dnf clean all\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-slim-bookworm AS tools\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends \\\n'
            '        ca-certificates \\\n'
            '        cmake \\\n'
            '        g++ \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'FROM tools AS python-alpine\n'
            'WORKDIR /var/task\n'
            'COPY requirements.txt .\n'
            'RUN pip install --no-cache-dir awslambdaric -r requirements.txt\n'
            'FROM python-alpine\n'
            'COPY app.py .\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:18\n'
            'RUN yum install -y gcc-c++ make && yum clean all\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'RUN yum remove -y gcc-c++ make && yum clean all\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM golang:1.22\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN CGO_ENABLED=0 go build -o /main ./cmd/function\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y git && dnf clean all\n'
            'RUN curl -sSf https://sh.rustup.rs | sh -s -- -y\n'
            'RUN pip install --no-cache-dir git+https://github.com/example/tool@v1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y libxml2-devel && dnf clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'RUN dnf install -y gcc gcc-c++ make python3-devel\n'
            'COPY requirements.txt ./\n'
            'RUN pip install -r requirements.txt --target /deps\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y libxml2 && dnf clean all\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-alpine3.20\n'
            'WORKDIR /app\n'
            'COPY requirements.txt .\n'
            'RUN apk add --no-cache --virtual .build-deps gcc musl-dev libffi-dev \\\n'
            '    && pip install --no-cache-dir -r requirements.txt \\\n'
            '    && apk del .build-deps\n'
            'COPY app.py .\n'
            'CMD ["python", "app.py"]\n',
            'FROM golang:1.22 AS go\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=go /usr/local/go /usr/local/go\n'
            'COPY bootstrap /var/runtime/bootstrap\n'
            'CMD ["main"]\n',
            'FROM ubuntu:24.04\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends build-essential cmake git \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'WORKDIR /work\n'
            'CMD ["bash"]\n'),
           (None, None, None, None, None, None)),
 'LI402': ('A package manager keeps what it downloads, so that a second installation is faster. In an image '
           'there is no second\n'
           'installation: the next build starts from the layer before it. What stays is dead weight in every '
           'push, every pull and\n'
           'every copy that ECR stores, and it counts toward the 10 GB of layers that Lambda accepts.\n'
           '\n'
           'A cache can be several hundred megabytes: pip keeps every wheel it downloads, so the cache of a '
           'PyTorch installation is\n'
           '3 GB. Removing it in a later RUN frees nothing, for the layer that holds it is still part of the '
           'image. Either\n'
           'tell the manager to keep nothing, clean up in the same RUN, or mount the folder:\n'
           '`RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt` makes builds '
           'faster as well.\n'
           '\n'
           'Only layers that are shipped are looked at, and those that ONBUILD makes: what a builder stage '
           'keeps is thrown away with it (LI414, off by default, names it). Any way\n'
           'to clean up counts that removes the files, not only the spelling another linter knows: `apt-get '
           'dist-clean`, `find … -delete`, `apk add` followed by\n'
           '`rm -rf /var/cache/apk/*` (LI417 prefers --no-cache), and so does `apk add --no-network`, which '
           'fetches nothing. PIP_NO_CACHE_DIR switches\n'
           "pip's cache off whatever its value is, in an ARG too (pip keeps that for compatibility). What "
           "`yarn install --immutable` keeps depends on the project's own settings, so that nothing is said "
           'of it. `apt-get clean` does not\n'
           'remove the package lists, and in the Debian and Ubuntu images downloaded packages are removed '
           'without it. uv, pnpm and bun link\n'
           'files out of their cache where they can, which costs little: for them this is a hint.',
           ('https://docs.docker.com/build/building/best-practices/#apt-get',
            'https://pip.pypa.io/en/stable/topics/caching/',
            'https://docs.npmjs.com/cli/v11/commands/npm-cache',
            'https://docs.astral.sh/uv/guides/integration/docker/#caching',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html'),
           ('size',),
           ('pip no-cache-dir', 'rm -rf /var/lib/apt/lists', 'dnf clean all', 'npm cache clean'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-slim AS base\n'
            'RUN python -m pip install --upgrade pip && \\\n'
            '    pip --no-cache-dir install awslambdaric==3.0.0 & pip3 install \\\n'
            '      boto3==1.35.0\n'
            'FROM base\n'
            'WORKDIR /var/task\n'
            'COPY requirements.txt .\n'
            'RUN useradd -m app && pip3.12 install \\\n'
            '    -r requirements.txt\n'
            'COPY app.py .\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.13-slim\n'
            'ONBUILD COPY requirements.txt ./\n'
            'ONBUILD RUN pip install -r requirements.txt\n',
            'FROM debian:12-slim\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN rm -rf /var/lib/apt/lists/* && apt-get -qq update && apt-get install -y '
            '--no-install-recommends \\\n'
            '        ca-certificates \\\n'
            '        curl \\\n'
            '    && apt-get clean\n'
            'RUN apt-get update\n'
            'RUN apt-get install -y --no-install-recommends jq \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN useradd --create-home app\n'
            'USER app\n'
            'CMD ["curl", "--version"]\n',
            'FROM public.ecr.aws/lambda/python:3.11\n'
            'RUN yum -y -q install libxml2 \\\n'
            '    libxslt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'RUN dnf upgrade -y \\\n'
            ' && dnf install -y libjpeg-turbo \\\n'
            ' && mkdir -p /opt/fonts\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM alpine:3.20\n'
            'RUN apk update && apk add curl && rm -rf /var/lib/apt/lists/*\n'
            'CMD ["curl", "--version"]\n',
            'FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock ./\n'
            'RUN yarn install --production --frozen-lockfile\n'
            'COPY . .\n'
            'CMD ["node", "index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'ENV UV_LINK_MODE=copy\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.5.0 /uv /bin/uv\n'
            'COPY requirements.txt ./\n'
            'RUN --mount=type=cache,target=/root/.cache/pip uv pip install --system -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ENV NPM_CONFIG_CACHE=/tmp/.npm\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM continuumio/miniconda3:24.9.2-0\n'
            'COPY environment.yml .\n'
            'RUN conda env update -n base -f environment.yml\n'
            'COPY app.py .\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN --mount=type=cache,target=/var/cache/dnf --mount=type=cache,target=/var/cache/yum dnf '
            'install -y libxml2\n'
            'RUN microdnf install -y libxslt && microdnf clean all\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN pip \\\n'
            '    --no-cache-dir \\\n'
            '    install awslambdaric==3.0.0\n'
            'RUN pip install -r requirements.txt && rm -rf /root/.cache\n'
            'RUN PIP_NO_CACHE_DIR=1 pip install -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'ENV PYTHONUNBUFFERED=1 \\\n'
            '    PIP_NO_CACHE_DIR=off \\\n'
            '    PIP_DISABLE_PIP_VERSION_CHECK=1\n'
            'COPY requirements.txt ./\n'
            'RUN pip install -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM registry.example.com/team/base:1.4\n'
            'RUN if command -v dnf; then \\\n'
            '      dnf install -y curl && dnf clean all; \\\n'
            '    elif command -v microdnf; then \\\n'
            '      microdnf install -y curl && microdnf clean all; \\\n'
            '    else \\\n'
            '      yum install -y curl && yum clean all && rm -rf /var/cache/yum; \\\n'
            '    fi\n'
            'CMD ["curl", "--version"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM debian:12-slim\n'
            'RUN set -eux; \\\n'
            '    apt-get update; \\\n'
            '    # tools\n'
            '    apt-get install -y --no-install-recommends curl jq; \\\n'
            '    \\\n'
            '    curl --version; \\\n'
            '    jq --version; \\\n'
            '    rm -rf /var/lib/{apt,dpkg,cache,log}/*\n'
            'RUN <<SCRIPT\n'
            'set -e\n'
            'apt-get update\n'
            'apt-get install -y --no-install-recommends unzip\n'
            'find /var/lib/apt/lists -type f -delete\n'
            'SCRIPT\n'
            'CMD ["curl", "--version"]\n',
            'FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'RUN dnf install -y gcc\n'
            'COPY requirements.txt ./\n'
            'RUN pip install -r requirements.txt -t /deps\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json yarn.lock pyproject.toml poetry.lock ./\n'
            'RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev\n'
            'RUN yarn install --production --frozen-lockfile --cache-folder /tmp/yarn && rm -rf /tmp/yarn\n'
            'RUN npm install -g pm2@5.4.2 --cache /dev/shm/npm && npm cache clean --force\n'
            'RUN poetry install --only main --no-root && poetry cache clear --all pypi -n\n'
            'ENV POETRY_CACHE_DIR=/tmp/poetry\n'
            'RUN poetry install --only main --no-root && rm -rf $POETRY_CACHE_DIR\n'
            'RUN pip config set global.no-cache-dir false && pip install -r requirements.txt\n'
            'RUN pip download -d /wheels requests==2.32.0\n'
            'RUN pip install --no-index --find-links=/wheels requests==2.32.0\n'
            'CMD ["node", "index.js"]\n',
            'FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock .yarnrc.yml ./\n'
            'COPY .yarn ./.yarn\n'
            'RUN corepack enable && yarn install --immutable\n'
            'COPY index.js .\n'
            'CMD ["node", "index.js"]\n',
            'FROM alpine:3.22\n'
            'ONBUILD RUN --mount=type=cache,target=/var/cache/apk apk add curl\n'
            'ONBUILD RUN ["apk", "add", "--no-cache", "jq"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.12-slim AS base\n'
            'RUN python -m pip install --no-cache-dir --upgrade pip && \\\n'
            '    pip --no-cache-dir install awslambdaric==3.0.0 & pip3 install --no-cache-dir \\\n'
            '      boto3==1.35.0\n'
            'FROM base\n'
            'WORKDIR /var/task\n'
            'COPY requirements.txt .\n'
            'RUN useradd -m app && pip3.12 install --no-cache-dir \\\n'
            '    -r requirements.txt\n'
            'COPY app.py .\n'
            'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.13-slim\n'
            'ONBUILD COPY requirements.txt ./\n'
            'ONBUILD RUN pip install --no-cache-dir -r requirements.txt\n',
            'FROM debian:12-slim\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN rm -rf /var/lib/apt/lists/* && apt-get -qq update && apt-get install -y '
            '--no-install-recommends \\\n'
            '        ca-certificates \\\n'
            '        curl \\\n'
            '    && apt-get clean \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN apt-get update\n'
            'RUN apt-get install -y --no-install-recommends jq \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN useradd --create-home app\n'
            'USER app\n'
            'CMD ["curl", "--version"]\n',
            'FROM public.ecr.aws/lambda/python:3.11\n'
            'RUN yum -y -q install libxml2 \\\n'
            '    libxslt && yum clean all && rm -rf /var/cache/yum\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'RUN dnf upgrade -y \\\n'
            ' && dnf install -y libjpeg-turbo \\\n'
            ' && dnf clean all && rm -rf /var/cache/dnf \\\n'
            ' && mkdir -p /opt/fonts\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM alpine:3.20\n'
            'RUN apk add --no-cache curl && rm -rf /var/lib/apt/lists/*\n'
            'CMD ["curl", "--version"]\n',
            'FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock ./\n'
            'RUN yarn install --production --frozen-lockfile && yarn cache clean\n'
            'COPY . .\n'
            'CMD ["node", "index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'ENV UV_LINK_MODE=copy\n'
            'COPY --from=ghcr.io/astral-sh/uv:0.5.0 /uv /bin/uv\n'
            'COPY requirements.txt ./\n'
            'RUN --mount=type=cache,target=/root/.cache/pip uv pip install --no-cache --system -r '
            'requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ENV NPM_CONFIG_CACHE=/tmp/.npm\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM continuumio/miniconda3:24.9.2-0\n'
            'COPY environment.yml .\n'
            'RUN conda env update -n base -f environment.yml && conda clean -afy\n'
            'COPY app.py .\n'
            'CMD ["python", "app.py"]\n')),
 'LI403': ('An image is a stack of layers, one for each RUN, COPY and ADD. A layer never changes: removing a '
           'file in a later one only\n'
           'hides it. Its bytes are still pushed, pulled and stored, and Lambda counts the sum of all layers '
           'against its limit of\n'
           '10 GB.\n'
           '\n'
           'So whatever is only needed for a while must come and go in the same RUN, or stay in a builder '
           'stage from which\n'
           'only the result is copied. A zip that is copied into the image, unpacked and removed is better '
           'mounted:\n'
           '`RUN --mount=type=bind,source=tool.zip,target=/tmp/tool.zip unzip /tmp/tool.zip -d /opt`.\n'
           '\n'
           'Small files are passed over, and so is what a RUN removes that it has made itself.',
           ('https://docs.docker.com/build/building/best-practices/',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html'),
           ('size',),
           ('docker rm does not reduce image size', 'layer still contains deleted file'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN curl -sSLo /tmp/tool.zip https://example.com/tool.zip\n'
            'RUN unzip -q /tmp/tool.zip -d /opt/tool\n'
            'RUN rm -f /tmp/tool.zip\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN set -eux; \\\n'
            '  curl -sSLo /tmp/one.tar.gz https://example.com/one.tar.gz; \\\n'
            '  tar -xzf /tmp/one.tar.gz -C /opt\n'
            '\n'
            'RUN curl -sSLo /tmp/two.tar.gz https://example.com/two.tar.gz\n'
            '# two is\n'
            '# a library\n'
            '\n'
            'RUN tar -xzf /tmp/two.tar.gz -C /opt && \\\n'
            '    ldconfig\n'
            'RUN rm /tmp/two.tar.gz\n'
            'RUN rm /tmp/one.tar.gz; true\n'
            'CMD ["/opt/one/bin/serve"]\n',
            'FROM public.ecr.aws/lambda/python:3.9\n'
            '# temporarily install gcc\n'
            'RUN yum install -y gcc gcc-c++\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN yum remove -y gcc gcc-c++\n'
            'RUN yum clean all && rm -rf /var/cache/yum\n'
            'RUN rm -rf /tmp/*\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY layer.zip notes.txt /opt/\n'
            'RUN unzip /opt/layer.zip -d /opt\n'
            'RUN rm /opt/layer.zip /opt/notes.txt\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM node:22-alpine AS base\n'
            'RUN apk add --no-cache --virtual .build-deps git python3\n'
            'RUN git clone --depth 1 -b main https://github.com/example/tool.git && cd tool && npm run '
            'build\n'
            'FROM base\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci && npm cache clean --force\n'
            'COPY . .\n'
            'RUN npm prune --omit=dev\n'
            'RUN rm -rf /tool\n'
            'RUN apk del .build-deps\n'
            'CMD ["node", "index.js"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN dnf install -y unzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN curl -sSLo /tmp/tool.zip https://example.com/tool.zip \\\n'
            '    && unzip -q /tmp/tool.zip -d /opt/tool \\\n'
            '    && rm -f /tmp/tool.zip\n'
            'RUN dnf install -y gcc \\\n'
            '    && pip install --no-cache-dir regex==2024.11.6 \\\n'
            '    && dnf remove -y gcc \\\n'
            '    && dnf clean all\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN rm requirements.txt\n'
            'RUN dnf install -y libxml2 && dnf clean all\n'
            'RUN dnf install -y libxslt && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS build\n'
            'RUN dnf install -y tar gzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN curl -sSLo /tmp/tool.tar.gz https://example.com/tool.tar.gz\n'
            'RUN tar -xzf /tmp/tool.tar.gz -C /opt\n'
            'RUN rm /tmp/tool.tar.gz\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=build /opt/tool /opt/tool\n'
            'COPY bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap\n'
            'CMD ["function.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt \\\n'
            '    apt-get update && apt-get install -y --no-install-recommends curl\n'
            'RUN apt-get clean && rm -rf /var/lib/apt/lists/*\n'
            'CMD ["curl", "--version"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN curl -sSLo /tmp/tool.zip https://example.com/tool.zip \\\n'
            '    && unzip -q /tmp/tool.zip -d /opt/tool \\\n'
            '    && rm -f /tmp/tool.zip\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN set -eux; \\\n'
            '  curl -sSLo /tmp/one.tar.gz https://example.com/one.tar.gz; \\\n'
            '  tar -xzf /tmp/one.tar.gz -C /opt\n'
            '\n'
            'RUN curl -sSLo /tmp/two.tar.gz https://example.com/two.tar.gz \\\n'
            '    # two is\n'
            '    # a library\n'
            '    && tar -xzf /tmp/two.tar.gz -C /opt && \\\n'
            '    ldconfig \\\n'
            '    && rm /tmp/two.tar.gz\n'
            'RUN rm /tmp/one.tar.gz; true\n'
            'CMD ["/opt/one/bin/serve"]\n',
            'FROM public.ecr.aws/lambda/python:3.9\n'
            '# temporarily install gcc\n'
            'RUN yum install -y gcc gcc-c++ && yum clean all && rm -rf /var/cache/yum\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN yum remove -y gcc gcc-c++\n'
            'RUN rm -rf /tmp/*\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            None,
            None)),
 'LI404': ('A few packages are most of what makes function images big, and many of them carry parts that a '
           'function cannot use: GPU\n'
           'libraries where there is no GPU, windows where there is no screen, every client of an SDK where '
           'one is called, tools\n'
           'for developers. Big packages make builds, pushes and deployments slow, and what a function reads '
           'of them while\n'
           'it starts makes cold starts slow.\n'
           '\n'
           'The sizes are measured (unpacked, with dependencies, x86_64), the list with its date and the '
           'alternatives stands in\n'
           '`lintimg/aws/data/oversized.json`. Packages on the line of an installation are looked at, and '
           'those in the manifests that it\n'
           'reads, if the build context is at hand; also in a builder stage, if what it installs is copied '
           'into the image. Nothing is\n'
           "said where the advice was followed (`+cpu` versions, PyTorch's CPU index), nor on images made "
           'for\n'
           "GPUs. In an image that is no function's it is a hint, and nothing is said of what such an image "
           'may be for (awscli, notebooks, puppeteer).',
           ('https://pytorch.org/get-started/locally/',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/migrating.html'),
           ('size', 'cold-start'),
           ('torch cpu only docker',
            'opencv headless lambda libGL.so.1',
            'lambda image too large',
            'aws-sdk v2 end of support'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir torch==2.8.0 transformers==4.44.0\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'ARG PYTHON=3.12\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON} AS build\n'
            'WORKDIR /build\n'
            'COPY requirements.txt .\n'
            'RUN pip install --upgrade pip==24.2 \\\n'
            '    && pip install -r requirements.txt --target /deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:${PYTHON}\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir "transformers[torch]==4.57.0"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM python:3.12-slim\n'
            'RUN pip install --no-cache-dir tensorflow==2.17.0\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir torch==1.13.1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12-arm64\n'
            'RUN pip install --no-cache-dir tensorflow==2.21.0 xgboost==3.2.0\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.8.0 '
            'torchvision\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'RUN pip install awscli==1.33.0\n'
            'RUN aws s3 cp s3://example/model.bin /model.bin\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=build /model.bin /opt/model.bin\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n'
            'RUN pip install --no-cache-dir torch==2.8.0\n'
            'COPY app.py ./\n'
            'CMD ["python3", "app.py"]\n',
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir awscli==1.42.0 jupyterlab==4.4.0\n'
            'ENTRYPOINT ["aws"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --extra-index-url https://download.pytorch.org/whl/cpu --no-cache-dir '
            'torch==2.8.0 transformers==4.44.0\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --extra-index-url https://download.pytorch.org/whl/cpu --no-cache-dir '
            '"transformers[torch]==4.57.0"\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            'FROM python:3.12-slim\n'
            'RUN pip install --no-cache-dir tensorflow-cpu==2.17.0\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'RUN pip install --extra-index-url https://download.pytorch.org/whl/cpu --no-cache-dir '
            'torch==1.13.1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n')),
 'LI405': ('Lambda accepts images of up to 10 GiB (10,737,418,240 bytes), counted over all layers without '
           'compression; what a later layer\n'
           'removes counts as well. A bigger image is pushed without complaint and refused when the function '
           'is created or\n'
           'updated.\n'
           '\n'
           "The size is estimated before anything is built: the base image's known size, packages with their "
           'measured sizes, and what\n'
           'COPY brings from the build context. `low` is what surely is there, `likely` the best guess, '
           '`high` an upper bound. It is an error only\n'
           'if even the low bound is too big, a warning if the likely size passes 10 GB or your own '
           '`max-size`, and a hint if only\n'
           "the high bound does. The report's `files[].estimate` names all parts.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html'),
           ('size', 'limits'),
           ('Container image size exceeds the limit', 'lambda 10 GB image limit'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY model /opt/model\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY model /opt/model\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY index.js ./\n'
            'RUN npm run build\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY data ./data\n'
            'COPY --from=build /app/dist ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'COPY model /model\n'
            'RUN python -c "print(\'quantised\')" > /small.bin\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=build /small.bin /opt/small.bin\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None, None)),
 'LI406': ('A zip package may hold 262,144,000 bytes unzipped, its layers included. An image that only '
           'builds such a package and passes\n'
           'that limit makes one that Lambda refuses: that is an error.\n'
           '\n'
           'For a function deployed as an image it is worth knowing on which side it is. Below the limit, a '
           'zip package brings patches of the\n'
           'runtime without a rebuild, layers, SnapStart and editing in the console; above it there is no '
           'choice. What is counted is\n'
           "what a zip would hold: the function's own files and its language's packages, not base image and "
           'system packages. That a\n'
           'function would fit a zip is only said when this rule is selected by its name or code.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
            'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html'),
           ('size', 'limits'),
           ('Unzipped size must be smaller than 262144000 bytes',),
           ('FROM public.ecr.aws/sam/build-python3.12:1.120.0\n'
            'WORKDIR /asset\n'
            'COPY data /asset/data\n'
            'COPY app.py /asset/\n'
            'CMD ["echo", "done"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.12 AS build\n'
            'RUN dnf install -y gcc\n'
            'WORKDIR /build\n'
            'COPY requirements.txt ./\n'
            'RUN pip install -r requirements.txt --target /deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'COPY app.py lib ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI407': ('Test runners, linters, bundlers, compilers and type declarations are often larger than '
           'everything the function runs: jest alone\n'
           'is 39 MB, typescript 29 MB. They are shipped when packages are installed in the last stage '
           'without saying that only\n'
           'production dependencies are wanted, and each of them is one more package that can have a '
           'vulnerability.\n'
           '\n'
           'Where the build needs them, use two stages: install everything and build in the first, `npm ci '
           '--omit=dev` in the last, and\n'
           'copy the result of the build. `npm prune --omit=dev` in a later RUN removes them from sight, not '
           'from the image.\n'
           '\n'
           'It makes no difference whether they are installed in the last stage or copied into it with `COPY '
           '--from=build\n'
           '/app/node_modules`. It is a warning where the build context shows such dependencies, otherwise a '
           'hint. Nothing is said with NODE_ENV=production, in\n'
           'stages named for development or tests, and where the packages are pruned in the same stage (see '
           'LI403).',
           ('https://docs.npmjs.com/cli/v11/commands/npm-ci',
            'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-image.html'),
           ('size', 'security'),
           ('npm omit dev docker', 'devDependencies in production image'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            '# Use an image that implements the Lambda Runtime API\n'
            'FROM amazon/aws-lambda-nodejs:12\n'
            'COPY app.js package*.json ./\n'
            'RUN npm install\n'
            'CMD [ "app.lambdaHandler" ]\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'WORKDIR /app\n'
            'COPY package.json yarn.lock ./\n'
            'RUN npx yarn@1.22.22 --version && yarn install --frozen-lockfile\n'
            'COPY src ./src\n'
            'RUN yarn build\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY --from=build /app/dist ./\n'
            'COPY --from=build /app/node_modules ./node_modules\n'
            'CMD ["index.handler"]\n',
            'FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci && npm cache clean --force\n'
            'COPY src ./src\n'
            'RUN npm run build\n'
            'CMD ["node", "dist/index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.12\n'
            'LABEL org.opencontainers.image.title="resize"\n'
            'ENV PIP_NO_CACHE_DIR=1 \\\n'
            '    LOG_LEVEL=info\n'
            '\n'
            'COPY requirements.txt requirements-dev.txt ./\n'
            'RUN pip install -r requirements.txt \\\n'
            '    && pip install -r requirements-dev.txt\n'
            '\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src ./src\n'
            'RUN npm run build && npm prune --omit=dev\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY --from=build /app/dist ./\n'
            'COPY --from=build /app/node_modules ./node_modules\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22 AS build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src ./src\n'
            'RUN npm run build\n'
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'ENV NODE_ENV=production\n'
            'RUN npm ci && npm prune && npm cache clean --force\n'
            'COPY --from=build /app/dist ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM node:22-slim AS base\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'FROM base AS test\n'
            'RUN npm ci && npm cache clean --force\n'
            'COPY . .\n'
            'CMD ["npm", "test"]\n'),
           ('FROM public.ecr.aws/lambda/nodejs:22\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            '# Use an image that implements the Lambda Runtime API\n'
            'FROM amazon/aws-lambda-nodejs:12\n'
            'COPY app.js package*.json ./\n'
            'RUN npm install --omit=dev\n'
            'CMD [ "app.lambdaHandler" ]\n',
            None,
            None,
            None)),
 'LI408': ('Python compiles a module when it is imported first and keeps the result in `__pycache__`. On '
           'Lambda it cannot: all but /tmp is read-only, so what is not compiled when the image is built is '
           'compiled at each cold start.\n'
           'pip compiles what it installs (whatever PYTHONDONTWRITEBYTECODE says); uv and Poetry do so only '
           'when they are told to, by an option or by `UV_COMPILE_BYTECODE=1`. Bytecode is about as large as '
           'the source it\n'
           'stands for, and adds nothing to what a cold start reads.\n'
           '\n'
           'Deleting `__pycache__` to make an image smaller trades a little space for time at every cold '
           'start. It is right where a size limit is near.',
           ('https://docs.astral.sh/uv/guides/integration/aws-lambda/',
            'https://docs.astral.sh/uv/guides/integration/docker/#compiling-bytecode'),
           ('cold-start',),
           ('UV_COMPILE_BYTECODE', 'python lambda cold start slow import', 'pyc __pycache__ lambda'),
           ('FROM ghcr.io/astral-sh/uv:0.9.11 AS uv\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'ENV UV_NO_CACHE=1\n'
            'COPY --from=uv /uv /bin/uv\n'
            'COPY pyproject.toml uv.lock ./\n'
            'RUN uv export --frozen --no-dev --no-emit-project -o requirements.txt\n'
            'RUN uv pip install -r requirements.txt --target /deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --no-compile -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.11\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt \\\n'
            '    && find /var/lang -type d -name __pycache__ -exec rm -rf {} +\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM ghcr.io/astral-sh/uv:0.9.11 AS uv\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'ENV UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1\n'
            'COPY --from=uv /uv /bin/uv\n'
            'COPY requirements.txt ./\n'
            'RUN uv pip install -r requirements.txt --target /deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PYTHONDONTWRITEBYTECODE=1\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements-extra.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements-extra.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'RUN pip install --no-cache-dir uv==0.9.11\n'
            'COPY requirements.txt ./\n'
            'RUN uv pip install --no-cache -r requirements.txt --target /deps && python -m compileall -q '
            '/deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'),
           ('FROM ghcr.io/astral-sh/uv:0.9.11 AS uv\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'ENV UV_NO_CACHE=1\n'
            'COPY --from=uv /uv /bin/uv\n'
            'COPY pyproject.toml uv.lock ./\n'
            'RUN uv export --frozen --no-dev --no-emit-project -o requirements.txt\n'
            'RUN uv pip install --compile-bytecode -r requirements.txt --target /deps\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI410': ('One requirements.txt for the function and for those who work on it is the usual way in which '
           'test runners, linters,\n'
           'type checkers, documentation and deployment tools come into an image: pytest, moto, black, mypy '
           'and their\n'
           'dependencies are over 100 MB that each push and each deployment moves, and packages with '
           'vulnerabilities of their own that a scanner then reports. With npm it happens to what\n'
           'stands in "dependencies" instead of "devDependencies".\n'
           '\n'
           'Packages on the line of an installation are looked at, and those in the manifests that it reads, '
           'if the build context is at hand; also\n'
           'those of a build stage whose packages are copied into the image. A tool that code outside of '
           'tests imports or calls (a function that formats code, say) is not\n'
           "named, nor what the image starts. Files named for development are LI407's, and what is heavy "
           'enough for an advice of its own (notebooks, aws-cdk-lib) is\n'
           "LI404's. The sizes are measured; what the other packages need as well is not counted. The list "
           'stands in `lintimg/checks/data/tooling.json`.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html',
            'https://docs.npmjs.com/cli/v11/commands/npm-ci'),
           ('size', 'security'),
           ('pytest in requirements.txt lambda',
            'typescript in dependencies lambda image',
            'moto black mypy in production image'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'WORKDIR /build\n'
            'RUN pip install --no-cache-dir --target /deps \\\n'
            '    fastapi==0.121.0 \\\n'
            '    pytest==9.0.1 \\\n'
            '    mangum==0.19.0\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ${LAMBDA_TASK_ROOT}\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            '\n'
            'FROM base AS test\n'
            'COPY requirements-dev.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements-dev.txt ruff==0.14.0\n'
            'RUN ruff check . && mypy app.py && pytest\n'
            '\n'
            'FROM base\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src ./src\n'
            'RUN npx esbuild src/index.ts --bundle --platform=node --outfile=dist/index.js\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /var/task/dist/index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.0 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src ./src\n'
            'CMD ["node", "--require", "ts-node/register", "src/server.ts"]\n'),
           (None,
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'WORKDIR /build\n'
            'RUN pip install --no-cache-dir --target /deps \\\n'
            '    fastapi==0.121.0 \\\n'
            '    mangum==0.19.0\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n',
            None,
            None)),
 'LI411': ("Debian's packages recommend others that make sense on a desktop or a server: documentation, mail "
           'programs, fonts, man-db. apt installs all of\n'
           'them unless told not to. In an image this is often the bigger half: `git` brings `less`, `ssh` '
           'and X libraries, `python3-pip` brings a compiler\n'
           'of 200 MB. Every byte is pushed, stored and pulled.\n'
           '\n'
           'The fix is marked unsafe because the image may have come to rely on one of the recommended '
           'packages; above all `curl` and\n'
           '`git` recommend `ca-certificates`, without which HTTPS fails. In a build stage it only costs '
           'time. Nothing is said where `APT::Install-Recommends`\n'
           'is set in the file, to whatever spelling of no.',
           ('https://docs.docker.com/build/building/best-practices/#apt-get',
            'https://manpages.debian.org/stable/apt/apt-get.8.en.html'),
           ('size',),
           ('--no-install-recommends',),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\n',
            'FROM python:3.13-slim AS build\n'
            'RUN apt-get update && \\\n'
            '    apt-get -y install \\\n'
            '      gcc \\\n'
            '      libpq-dev && \\\n'
            '    rm -rf /var/lib/apt/lists/*\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM python:3.13-slim\n'
            'RUN apt-get update && \\\n'
            '    apt-get install -y --no-install-recommends libpq5 && \\\n'
            '    aptitude install -y less && \\\n'
            '    rm -rf /var/lib/apt/lists/*\n'
            'COPY --from=build /deps /deps\n'
            'CMD ["python", "-m", "app"]\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y -o APT::Install-Recommends=false git && rm -rf '
            '/var/lib/apt/lists/*\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install --no-install-recommends -y git && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM python:3.13-slim AS build\n'
            'RUN apt-get update && \\\n'
            '    apt-get -y install --no-install-recommends \\\n'
            '      gcc \\\n'
            '      libpq-dev && \\\n'
            '    rm -rf /var/lib/apt/lists/*\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM python:3.13-slim\n'
            'RUN apt-get update && \\\n'
            '    apt-get install -y --no-install-recommends libpq5 && \\\n'
            '    aptitude install --without-recommends -y less && \\\n'
            '    rm -rf /var/lib/apt/lists/*\n'
            'COPY --from=build /deps /deps\n'
            'CMD ["python", "-m", "app"]\n')),
 'LI412': ('A layer holds whole files. When a RUN changes the owner or the mode of a file that an earlier '
           'layer brought, the new layer gets a copy of all its\n'
           'bytes, and the image has both. `COPY . /app` of 900 MB and `RUN chown -R app /app` make 1.8 GB, '
           'every one of which is pushed, stored, pulled and\n'
           "counted toward Lambda's 10 GB. COPY and ADD set both without a second copy: `--chown=app:app`, "
           '`--chmod=755`.\n'
           '\n'
           'On Lambda the owner makes no difference: functions run as a user that owns nothing in the image '
           'and can only read it. What counts there is that everybody may\n'
           'read the files.\n'
           '\n'
           'A part of a copied folder counts if the build context shows how big it is. A RUN that changes '
           'what it made itself costs nothing. Stages that are not shipped are left out, and so are single '
           'files unless\n'
           'they are known to be big. The fix is marked unsafe: it takes effect for the copied files only, '
           'and is not offered where\n'
           'another RUN writes between the two or the user is made after the COPY.',
           ('https://docs.docker.com/reference/dockerfile/#copy---chown---chmod',
            'https://github.com/hadolint/hadolint/issues/80'),
           ('size',),
           ('docker chown layer size doubles', 'RUN chown -R huge layer', 'chmod -R dockerfile image size'),
           ('FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY . .\n'
            'RUN chown -R node:node /app\n'
            'USER node\n'
            'CMD ["node", "index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY model ${LAMBDA_TASK_ROOT}/model\n'
            'COPY bin/server /opt/server\n'
            'COPY run.sh app.py ./\n'
            'RUN chmod +x run.sh /opt/server && \\\n'
            '    chmod --recursive 755 ${LAMBDA_TASK_ROOT}/model && \\\n'
            '    mkdir -p /var/task/empty && \\\n'
            '    chmod -R 755 /var/task/empty\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN mkdir -p /opt/app && wget -qO /tmp/app.tar.gz https://example.com/app.tar.gz \\\n'
            '    && tar -xzf /tmp/app.tar.gz -C /opt/app && rm /tmp/app.tar.gz\n'
            'RUN useradd app && chown -R app /opt/app\n',
            'FROM golang:1.24 AS build\n'
            'COPY . /src\n'
            'RUN chown -R 1000 /src && go build -C /src -o /out/app .\n'
            'FROM debian:12-slim\n'
            'COPY --from=build /out /srv/app\n'
            'RUN useradd app && chown -R app:app /srv\n'
            'COPY static /srv/static\n'
            'RUN find /srv/static -type f -exec touch {} + && chmod -R u=rwX,go=rX /srv/static/pages\n'
            'USER app\n'
            'CMD ["/srv/app/app"]\n',
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'RUN chown -R node:node /app\n'
            'USER node\n'
            'EXPOSE 8080\n'
            'CMD ["node", "server.js"]\n'),
           ('FROM public.ecr.aws/docker/library/node:24-slim\n'
            'WORKDIR /app\n'
            'RUN chown -R node:node /app\n'
            'USER node\n'
            'COPY --chown=node:node package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force && chown -R node:node /app\n'
            'COPY --chown=node:node server.js ./\n'
            'CMD ["node", "server.js"]\n',
            'FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY --chown=node:node . .\n'
            'RUN chown node:node /app && mkdir cache && chown -R node:node cache\n'
            'COPY entrypoint.sh /usr/local/bin/\n'
            'RUN chmod +x /usr/local/bin/entrypoint.sh\n'
            'CMD ["node", "index.js"]\n',
            'FROM debian:12-slim\n'
            'RUN mkdir -p /srv/app && chown -R www-data:www-data /srv/app && chmod -R 755 /srv/app\n'
            'COPY --chown=www-data:www-data . /srv/app\n'
            'RUN mkdir -p /var/lib/app && chown -R www-data /var/lib/app\n',
            'FROM python:3.13-slim\nCOPY app /srv/app\nRUN chown -R nobody /srv/app\n'),
           ('FROM node:22-slim\n'
            'WORKDIR /app\n'
            'COPY --chown=node:node . .\n'
            'RUN chown node:node /app\n'
            'USER node\n'
            'CMD ["node", "index.js"]\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY --chmod=755 model ${LAMBDA_TASK_ROOT}/model\n'
            'COPY bin/server /opt/server\n'
            'COPY run.sh app.py ./\n'
            'RUN chmod +x run.sh /opt/server && \\\n'
            '    chmod 755 ${LAMBDA_TASK_ROOT}/model && \\\n'
            '    mkdir -p /var/task/empty && \\\n'
            '    chmod -R 755 /var/task/empty\n'
            'CMD ["app.handler"]\n',
            None,
            None,
            None)),
 'LI413': ('The files of login records are arrays: the entry of user 1000000 begins 292 MB into lastlog. On '
           'disk nothing is stored for the empty part, but a\n'
           'layer is a tar archive written without such holes. The build slows down or runs out of space, '
           'and the image counts it all. `useradd -l` leaves the records\n'
           "alone. BusyBox's adduser (Alpine) makes none.\n"
           '\n'
           'Numbers of five digits are accepted (65534 makes 19 MB at the worst). A number that only the '
           'command line of the build knows is not judged.',
           ('https://docs.docker.com/build/building/best-practices/#user',),
           ('size',),
           ('useradd docker build no space left on device',
            'docker build hangs useradd large uid',
            '/var/log/lastlog huge'),
           ('FROM debian:12-slim\nRUN useradd -u 1000000 app\n',
            'FROM debian:12-slim\n'
            'ARG USER_ID=12345678\n'
            'ARG GROUP_ID\n'
            'RUN groupadd --gid "${GROUP_ID}" app \\\n'
            '    && useradd --create-home --uid="${USER_ID}" --gid "${GROUP_ID}" app \\\n'
            '    && mkdir -p /srv/app \\\n'
            '    && chown app:app /srv/app\n'
            'WORKDIR /srv/app\n'
            'COPY --chown=app:app . .\n'
            'USER app\n'
            'CMD ["./run"]\n'),
           ('FROM debian:12-slim\n'
            'ARG USER_ID\n'
            'RUN useradd -l -u 1000000 a && useradd --no-log-init --uid 2000000 b && useradd -mlu 3000000 c\n'
            'RUN useradd -u 10001 d && useradd e && useradd --uid "$USER_ID" f\n',
            'FROM alpine:3.22\nRUN adduser -D -u 1000000 app && groupadd -g 1000000 app\n'),
           ('FROM debian:12-slim\nRUN useradd -l -u 1000000 app\n',
            'FROM debian:12-slim\n'
            'ARG USER_ID=12345678\n'
            'ARG GROUP_ID\n'
            'RUN groupadd --gid "${GROUP_ID}" app \\\n'
            '    && useradd -l --create-home --uid="${USER_ID}" --gid "${GROUP_ID}" app \\\n'
            '    && mkdir -p /srv/app \\\n'
            '    && chown app:app /srv/app\n'
            'WORKDIR /srv/app\n'
            'COPY --chown=app:app . .\n'
            'USER app\n'
            'CMD ["./run"]\n')),
 'LI414': ('What LI402 says of shipped layers, for the others. They cost nothing at run time, which is why '
           'this is off by default; with\n'
           '`docker build --cache-to …,mode=max` they are uploaded with the cache.',
           ('https://docs.docker.com/build/cache/optimize/#use-cache-mounts',),
           ('size',),
           (),
           ('FROM alpine:3.22 AS build\n'
            'RUN apk add git\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /usr/bin/git /usr/bin/git\n',
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'RUN dnf install -y gcc\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --target /deps -r requirements.txt\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.13-slim AS base\n'
            'ENV PIP_NO_CACHE_DIR=1\n'
            'FROM base AS build\n'
            'RUN pip install boto3==1.41.0\n'
            'FROM base\n'
            'COPY --from=build /usr/local/lib/python3.13 /usr/local/lib/python3.13\n',
            'FROM python:3.13-slim AS build\n'
            'RUN --mount=type=cache,target=/root/.cache/pip pip install --target /deps boto3==1.41.0\n'
            'FROM python:3.13-slim\n'
            'COPY --from=build /deps /deps\n'),
           ('FROM alpine:3.22 AS build\n'
            'RUN apk add --no-cache git\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /usr/bin/git /usr/bin/git\n',
            'FROM public.ecr.aws/lambda/python:3.13 AS build\n'
            'RUN dnf install -y gcc && dnf clean all && rm -rf /var/cache/dnf\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            'RUN pip install --no-cache-dir --target /deps -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY --from=build /deps ${LAMBDA_TASK_ROOT}\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}\n'
            'CMD ["app.handler"]\n')),
 'LI415': ('A layer costs a few hundred bytes and a request at each pull; what is removed in another layer '
           'than it was made in costs its whole size, but that is LI403.\n'
           'Separate layers are reused separately, so that joining what changes at different times makes '
           'builds slower. Off by default for these reasons. RUN\n'
           'instructions with more than one command (those of a `bash -c "…"` count), or with different '
           'flags, are taken to be apart on purpose.',
           ('https://docs.docker.com/build/building/best-practices/',),
           ('style',),
           (),
           ('FROM debian:12-slim\nRUN mkdir -p /srv/a\nRUN mkdir -p /srv/b\n',
            'FROM debian:12-slim\n'
            'RUN mkdir -p /srv/a\n'
            '# a comment is no instruction\n'
            'RUN touch /srv/a/b\n'
            'RUN touch /srv/a/c\n'
            'RUN --network=none touch /srv/a/d\n'
            'RUN touch /srv/a/e && touch /srv/a/f\n'
            'RUN touch /srv/a/h\n'
            'ENV A=1\n'
            'RUN touch /srv/a/i\n'
            'FROM debian:12-slim\n'
            'RUN touch /srv/a/j\n'),
           ('FROM debian:12-slim\nRUN mkdir -p /srv/a && mkdir -p /srv/b\nENV A=1\nRUN touch /srv/a/b\n',
            'FROM debian:12-slim\n'
            'RUN --mount=type=cache,target=/var/cache/x mkdir -p /srv/a\n'
            'RUN mkdir -p /srv/b\n'
            'RUN mkdir -p /srv/c && touch /srv/c/d\n'),
           ('FROM debian:12-slim\nRUN mkdir -p /srv/a \\\n    && mkdir -p /srv/b\n',
            'FROM debian:12-slim\n'
            'RUN mkdir -p /srv/a \\\n'
            '    # a comment is no instruction\n'
            '    && touch /srv/a/b \\\n'
            '    && touch /srv/a/c\n'
            'RUN --network=none touch /srv/a/d\n'
            'RUN touch /srv/a/e && touch /srv/a/f\n'
            'RUN touch /srv/a/h\n'
            'ENV A=1\n'
            'RUN touch /srv/a/i\n'
            'FROM debian:12-slim\n'
            'RUN touch /srv/a/j\n')),
 'LI417': ('`--no-cache` fetches the index anew and keeps nothing, in one word instead of three commands. '
           'The image is the same, so this is\n'
           'off by default; where nothing cleans up, LI402 speaks. `--no-network` fetches nothing, and a '
           'cache mount keeps the index out of the layer.',
           ('https://docs.alpinelinux.org/user-handbook/0.1a/Working/apk.html',),
           ('style',),
           (),
           ('FROM alpine:3.22\nRUN apk add --update curl && rm -rf /var/cache/apk/*\n',
            'FROM python:3.13-alpine\n'
            'WORKDIR /srv\n'
            'COPY requirements.txt ./\n'
            'RUN apk update \\\n'
            '    && apk add libpq \\\n'
            '    && apk add --virtual .build gcc musl-dev \\\n'
            '    && pip install --no-cache-dir -r requirements.txt \\\n'
            '    && apk del .build \\\n'
            '    && rm -rf /var/cache/apk/*\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\n'
            'RUN apk --no-cache add curl && apk add --no-cache jq && apk add --no-network --virtual .run '
            'musl\n',
            'FROM alpine:3.22\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n'),
           ('FROM alpine:3.22\nRUN apk add --no-cache --update curl && rm -rf /var/cache/apk/*\n',
            'FROM python:3.13-alpine\n'
            'WORKDIR /srv\n'
            'COPY requirements.txt ./\n'
            'RUN apk update \\\n'
            '    && apk add --no-cache libpq \\\n'
            '    && apk add --no-cache --virtual .build gcc musl-dev \\\n'
            '    && pip install --no-cache-dir -r requirements.txt \\\n'
            '    && apk del .build \\\n'
            '    && rm -rf /var/cache/apk/*\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n')),
 'LI501': ('ENV and ARG are written into the image: `docker inspect` and `docker history` show them to '
           'whoever can pull it, and a later instruction that\n'
           'sets them anew takes nothing out. An ARG is no better than an ENV, its value stands with each '
           "RUN that could see it, and in the build's provenance.\n"
           'A secret mount is there for one RUN and leaves nothing behind.\n'
           '\n'
           'What a name says is not always true, so the value counts too. A path, an address without a '
           'password, a switch, a number or a fingerprint is no secret; neither is what is called\n'
           '`…_FILE`, `…_PATH`, `…_ID`, `…_URL`, PUBLIC or GPG_KEY. An ARG without a value is a warning '
           'where a RUN of the shipped image names it, since its value then stands in the history; else it '
           'is worth knowing, as an empty one and a stand-in such as `changeme` are, and reported as info. '
           'The credentials\n'
           'of an AWS account are an error. The values themselves are never shown: reports have asterisks in '
           'their place.\n'
           '\n'
           "hadolint's rule also takes names such as USERNAME and PRIVATE for secrets; these are none, or "
           'public.\n'
           '\n'
           'Silence it where the value is a default that every user of the image replaces.',
           ('https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/',
            'https://docs.docker.com/build/building/secrets/',
            'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html'),
           ('secret',),
           ('SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data',
            'docker history shows build arg password',
            'aws credentials in Dockerfile'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG NPM_TOKEN\n'
            'ARG PAYMENT_API_KEY\n'
            'ENV PAYMENT_API_KEY=${PAYMENT_API_KEY}\n'
            'ENV LOG_LEVEL=info \\\n'
            '    DB_PASSWORD=fjord-4711-moss \\\n'
            '    DB_PASSWORD_FILE=/run/secrets/db\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ENV AWS_ACCESS_KEY_ID=from-somewhere-8271 \\\n'
            '    AWS_SECRET_ACCESS_KEY="mhdu72jsi28dhs62gsv527s"\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'ARG PYPI_TOKEN\n'
            'RUN pip download --no-cache-dir --dest /wheels --index-url '
            'https://user:${PYPI_TOKEN}@pypi.example.com/simple private==1.0.0\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG GITHUB_TOKEN\n'
            'RUN pip install --no-cache-dir '
            'git+https://${GITHUB_TOKEN}@github.com/example/private.git@v1.0.0\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG registryPassword=moss-81-fjord\n'
            'FROM debian:12-slim AS build\n'
            'ARG GIT_KEY= secret\n'
            'ENV Session.Secret 8h2k3hd92k\n'
            'ENV admin_pass=1234\n'
            'ONBUILD ENV MAILGUN_API_KEY=k29dk2938\n'
            'FROM debian:12-slim\n'
            'COPY --from=build /etc/hostname /etc/\n'
            'ENV JWT_SECRET=changeme DEBUG=true\n'),
           ('FROM debian:12-slim\n'
            'ARG GPG_KEY=0123456789ABCDEF0123456789ABCDEF01234567\n'
            'ARG DB_PASSWORD_FILE\n'
            'ENV GPG_KEYS="0123456789ABCDEF0123456789ABCDEF01234567 '
            '89ABCDEF0123456789ABCDEF0123456789ABCDEF" \\\n'
            '    PUBLIC_KEY=ssh-ed25519 \\\n'
            '    SECRET_ARN=arn:aws:secretsmanager:eu-west-1:123456789012:secret:db \\\n'
            '    TOKEN_URL=https://example.com/oauth/token \\\n'
            '    TOKENIZERS_PARALLELISM=false \\\n'
            '    MAX_TOKENS=4096 \\\n'
            '    KEEPASSXC_VERSION=2.7.9 \\\n'
            '    PASSWORD_MIN_LENGTH=12 \\\n'
            '    CACHE_KEY=v3 \\\n'
            '    COMPASS=north \\\n'
            '    REQUIRE_AUTH=true \\\n'
            '    PATTERN=a-b\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV TLS_PRIVATE_KEY=/run/secrets/tls.key \\\n'
            '    API_TOKEN=./token.txt \\\n'
            '    REQUIRE_TOKEN=1 \\\n'
            '    AUTH_TOKEN=https://example.com/token\n'
            'RUN --mount=type=secret,id=PIP_TOKEN,env=PIP_TOKEN pip install --no-cache-dir example==1.0\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None, None, None)),
 'LI502': ('Vendors give their tokens a form so that they can be found. What has it is a secret that is in '
           "the repository's history for good, and in the image where\n"
           'an ENV, an ARG or a RUN carries it: deleting the line helps no more, the secret must be revoked. '
           'Those that scan public repositories and\n'
           'registries for them need minutes.\n'
           '\n'
           'Looked for are access keys of AWS, private keys, the tokens of GitHub, GitLab, npm, PyPI, '
           'RubyGems, Docker Hub, Slack, Stripe, Google, OpenAI and some twenty others, and passwords in '
           'URLs, in instructions,\n'
           'here-documents and comments alike. What documentation shows (`AKIAIOSFODNN7EXAMPLE`, '
           '`https://user:pass@…`) and what a variable stands for is left\n'
           "alone. A database's URL with a default password is info. Reports show asterisks in place of the "
           'secret.\n'
           '\n'
           "Silence it where a key is public by design, as those of a browser's map are.",
           ('https://docs.docker.com/build/building/secrets/',
            'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
            'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats'),
           ('secret',),
           ('GitGuardian has detected a secret in Dockerfile',
            'AKIA in Dockerfile',
            'Push cannot contain secrets'),
           ('FROM public.ecr.aws/lambda/nodejs:24\n'
            '# was ghp_Zk29sLq8dkE7mXv3RtYpWb6NcJ5hGf4AuQ2i before\n'
            'COPY package.json package-lock.json ./\n'
            'RUN echo "//registry.npmjs.org/:_authToken=npm_Zk29sLq8dkE7mXv3RtYpWb6NcJ5hGf4AuQ2i" > .npmrc '
            '\\\n'
            '    && npm ci --omit=dev --cache /tmp/npm && rm -rf .npmrc /tmp/npm\n'
            'RUN <<EOF\n'
            'aws configure set aws_access_key_id AKIAJ5KXQ2PLMNBVCXZA\n'
            'aws configure set aws_secret_access_key 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\n'
            'EOF\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM python:3.14-slim\n'
            'RUN pip install --no-cache-dir --index-url https://ci:moss-81-fjord@pypi.acme.io/simple '
            'internal==1.0\n'
            'ENV BROKER=amqp://guest:guest@rabbit:5672 \\\n'
            '    PRIMARY=postgres://app:fjord-4711@db.acme.io/app\n',
            'FROM debian:12-slim\n'
            'COPY <<EOF /root/.ssh/id_ed25519\n'
            '-----BEGIN OPENSSH PRIVATE KEY-----\n'
            'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n'
            'QyNTUxOQAAACB7vUYv6TCCJrpYTQrU3tcvdbK6vOIvYqcTTVvQwyBzbgAAAJgYqvO8GKrz\n'
            '-----END OPENSSH PRIVATE KEY-----\n'
            'EOF\n'),
           ('FROM debian:12-slim\n'
            '# aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE, secret '
            'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n'
            'ARG REVISION=4f2d9c1e8b7a6f5d4c3b2a190817263544536271\n'
            'ENV PROXY=http://user:password@proxy:3128 \\\n'
            '    DOCS=https://user:hunter2@example.com/ \\\n'
            '    IMAGE=registry.acme.io:5000/app@sha256:0123456789abcdef\n'
            'RUN git clone https://x-access-token:${TOKEN}@github.com/acme/app /app && git clone '
            'git@github.com:acme/b /b\n'
            'RUN grep -rl "BEGIN RSA PRIVATE KEY" /etc || true\n'
            'RUN npm_config_registry=https://npm.acme.io echo "_authToken=${NPM_TOKEN}"\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\\n'
            '    --mount=type=cache,target=/root/.npm \\\n'
            '    npm ci --omit=dev\n'
            'RUN --mount=type=secret,id=TOKEN,env=TOKEN \\\n'
            '    git config --global url."https://x-access-token:${TOKEN}@github.com/".insteadOf '
            'https://github.com/ \\\n'
            '    && git config --global --unset-all url.insteadOf || true\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           (None, None, None)),
 'LI503': ('A layer keeps what was copied. `RUN rm` in a later layer hides a file from the container, not '
           'from `docker save`. A mounted secret is there for one RUN and in no layer.\n'
           '\n'
           'Where the build context is known, the files are read: an `.npmrc` counts when a token stands in '
           'it (`${NPM_TOKEN}` is none), an `.env` when it sets something that is named after a secret to '
           'more than a\n'
           'stand-in, a `.pem` when it has a private key. Where it is not, names that are nearly always '
           'secrets are reported, and `.npmrc`, `.p12` and `.key` as info, as is a file that a known context '
           'does not have yet. Stages that are not shipped are info. What\n'
           "`COPY .` brings along is LI302's matter. `.env.example` and its like are fine.\n"
           '\n'
           "Lambda functions get their settings from the function's configuration, and their secrets from "
           'Secrets Manager or Parameter Store.',
           ('https://docs.docker.com/build/building/secrets/',
            'https://docs.docker.com/reference/dockerfile/#run---mounttypesecret'),
           ('secret',),
           ('.env file in docker image', 'npmrc token docker layer', 'COPY id_rsa /root/.ssh/'),
           ('FROM public.ecr.aws/lambda/nodejs:24 AS build\n'
            'WORKDIR /build\n'
            'COPY package.json package-lock.json .npmrc ./\n'
            'RUN npm ci --omit=dev\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=build /build/node_modules ./node_modules\n'
            'COPY index.js .env ./\n'
            'COPY .npmrc ${LAMBDA_TASK_ROOT}/\n'
            'CMD ["index.handler"]\n',
            'FROM debian:12-slim\n'
            'ARG KEY_FOLDER=keys\n'
            'COPY ${KEY_FOLDER}/id_ed25519 /root/.ssh/\n'
            'COPY .aws/credentials /root/.aws/credentials\n'
            'ADD [".ssh", "/root/.ssh"]\n'
            'COPY tls/server.key /etc/tls/\n'
            'COPY .npmrc /root/\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY .env .npmrc ./\n'
            'COPY ca.pem /etc/pki/ca-trust/source/anchors/\n'
            'COPY .env.example ./\n'
            'RUN update-ca-trust\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim AS first\n'
            'FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY id_rsa.pub authorized_keys /root/.ssh/\n'
            'COPY .env.template .env.d.ts ./\n'
            'COPY ca.pem /usr/local/share/ca-certificates/ca.crt\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev && npm cache clean '
            '--force\n'
            'COPY --from=first /app/.env /b\n'
            'COPY credentials.py environment.js ./\n'
            'CMD ["node", "server.js"]\n'),
           (None, None)),
 'LI504': ('What `curl … | sh` brings into the image is decided by the server at that moment. A build of '
           'last month cannot be repeated, a broken download runs up to where it broke (unless\n'
           'the script guards against it), and a server that was taken over sends its own. The scanners that '
           'look at the image see only the result.\n'
           '\n'
           'It is info, because most installers are trusted as much as what they install; over `http://` it '
           'is a warning. A script that is downloaded, checked and then run is not reported, nor is a pipe '
           'into `tar`,\n'
           '`gpg` or `sha256sum`.',
           ('https://docs.docker.com/build/building/best-practices/',),
           ('supply-chain',),
           ('curl | sh dockerfile', 'curl pipe bash security'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS build\n'
            'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n'
            'COPY pyproject.toml uv.lock ./\n'
            'RUN curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR=/usr/local/bin sh \\\n'
            '    && uv export --frozen -o requirements.txt \\\n'
            '    && uv pip install --no-cache --target /packages -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=build /packages ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n'
            'RUN bash <(curl -fsSL https://acme.io/install)\n'
            'RUN sh -c "$(curl -fsSL https://acme.io/install)"\n'
            'RUN eval "$(wget -qO- https://acme.io/env)"\n'
            'RUN curl -fsSL https://acme.io/install.py | python3 - --version 2\n'
            'RUN wget -qO- http://acme.io/install | tee /tmp/install | bash -s -- --yes\n'),
           ('FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n'
            'RUN curl -fsSLo install.sh https://acme.io/v2/install.sh \\\n'
            '    && echo "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  install.sh" | '
            'sha256sum -c - \\\n'
            '    && sh install.sh \\\n'
            '    && rm install.sh\n',
            'FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n'
            'RUN curl -fsSL https://acme.io/a.tar.gz | tar -xz -C /opt\n'
            'RUN curl -fsSL https://acme.io/key.asc | gpg --dearmor -o /etc/apt/keyrings/acme.gpg\n'
            'RUN curl -fsSL https://acme.io/versions.json | python3 -c "import json,sys; '
            'print(json.load(sys.stdin)[0])" > /version\n'
            'RUN curl -fsSL https://acme.io/versions.json | python3 -m json.tool > /pretty && curl -fsSL '
            "https://acme.io/x | perl -pe 's/a/b/' > /x\n"
            'RUN VERSION="$(curl -fsSL https://acme.io/version)" && echo "$VERSION" > /version && test '
            '"$(curl -fsSL https://acme.io/a)" = b\n'
            'RUN sh -c "echo $(curl -fsSL https://acme.io/version)" > /version\n'),
           (None, None)),
 'LI505': ('TLS and package signatures are what ties a download to its origin. With the check off, a build '
           'in a CI network, behind a proxy or a poisoned DNS takes\n'
           'whatever answers, and it is baked into an image that is trusted from there on. A variable such '
           'as NODE_TLS_REJECT_UNAUTHORIZED=0 in ENV goes further: the function\n'
           'itself talks to every server without looking who it is.\n'
           '\n'
           "The reason is most often a missing certificate: an authority of the company's own (copy it to "
           '/usr/local/share/ca-certificates or /etc/pki/ca-trust/source/anchors and update), or an image '
           'without\n'
           '`ca-certificates`. `--force-yes` and `--allow-unauthenticated` hide a missing key.\n'
           '\n'
           'Downloads from the machine itself (`curl -k https://localhost`) are left alone, so is what is '
           'only a pattern or a text on the screen. Packages that are installed from a file are info:\n'
           'the file came another way. The fix is marked unsafe because a build that needed the switch '
           'stops.',
           ('https://curl.se/docs/manpage.html#-k',
            'https://pip.pypa.io/en/stable/cli/pip/#cmdoption-trusted-host',
            'https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue',
            'https://manpages.debian.org/bookworm/apt/apt-get.8.en.html'),
           ('tls',),
           ('curl: (60) SSL certificate problem: unable to get local issuer certificate',
            'SSLError CERTIFICATE_VERIFY_FAILED docker build',
            'The following packages cannot be authenticated',
            "Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0'"),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PYTHONHTTPSVERIFY=0 \\\n'
            '    LOG_LEVEL=info\n'
            'RUN curl -sSLk -o /tmp/tool.tar.gz https://downloads.acme.io/tool.tar.gz \\\n'
            '    && tar -xzf /tmp/tool.tar.gz -C /opt \\\n'
            '    && rm /tmp/tool.tar.gz\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --trusted-host pypi.org --trusted-host files.pythonhosted.org -r '
            'requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim\n'
            'ARG NODE_TLS_REJECT_UNAUTHORIZED=0\n'
            'RUN git config --global http.sslVerify false && git -c http.sslVerify=false clone '
            'https://git.acme.io/a /a\n'
            'RUN GIT_SSL_NO_VERIFY=1 git clone https://git.acme.io/b /b\n'
            'RUN npm config set strict-ssl false && export NPM_CONFIG_STRICT_SSL=false && npm config ls\n'
            'RUN wget --no-check-certificate https://downloads.acme.io/x\n',
            'FROM debian:12-slim AS a\n'
            'RUN apt-get update -o Acquire::AllowInsecureRepositories=true \\\n'
            '    && apt-get install -y --no-install-recommends --allow-unauthenticated jq \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN echo "deb [arch=amd64 trusted=yes] https://apt.acme.io stable main" > '
            '/etc/apt/sources.list.d/acme.list\n'
            'FROM fedora:43 AS b\n'
            'RUN dnf install -y --nogpgcheck --setopt=sslverify=0 jq && dnf clean all\n'
            'RUN printf "[acme]\\nbaseurl=https://rpm.acme.io\\ngpgcheck=0\\n" > /etc/yum.repos.d/acme.repo\n'
            'FROM alpine:3.22\n'
            'COPY --from=a /etc/hostname /a\n'
            'COPY --from=b /etc/hostname /b\n'
            'RUN apk add --no-cache --allow-untrusted ./glibc.apk\n'),
           ('FROM debian:12-slim\n'
            'ENV NODE_TLS_REJECT_UNAUTHORIZED=1 \\\n'
            '    NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/acme.crt\n'
            'RUN curl -fsSL -o k https://downloads.acme.io/k && curl -sok https://downloads.acme.io/l\n'
            'RUN curl -k https://localhost:8443/health && curl --fail --insecure https://127.0.0.1/\n'
            'RUN grep -r -- --no-check-certificate /etc || echo "never use curl -k or --trusted-host"\n'
            'RUN git config --global http.sslVerify true && git config --global http.sslCAInfo '
            '/etc/ssl/certs/ca.pem\n'
            'RUN echo "deb [ trusted=yes ] file:///tmp/packages ./" > /etc/apt/sources.list.d/temp.list\n'
            "RUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.conf\n",
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY acme.pem /etc/pki/ca-trust/source/anchors/\n'
            'RUN update-ca-trust\n'
            'ENV REQUESTS_CA_BUNDLE=/etc/pki/tls/certs/ca-bundle.crt \\\n'
            '    PIP_INDEX_URL=https://pypi.acme.io/simple\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'RUN python -m compileall -q /var/task\n'
            'CMD ["app.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ENV PYTHONHTTPSVERIFY=0 \\\n'
            '    LOG_LEVEL=info\n'
            'RUN curl -sSL -o /tmp/tool.tar.gz https://downloads.acme.io/tool.tar.gz \\\n'
            '    && tar -xzf /tmp/tool.tar.gz -C /opt \\\n'
            '    && rm /tmp/tool.tar.gz\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim\n'
            'ARG NODE_TLS_REJECT_UNAUTHORIZED=0\n'
            'RUN git config --global http.sslVerify false && git -c http.sslVerify=false clone '
            'https://git.acme.io/a /a\n'
            'RUN GIT_SSL_NO_VERIFY=1 git clone https://git.acme.io/b /b\n'
            'RUN npm config set strict-ssl false && export NPM_CONFIG_STRICT_SSL=false && npm config ls\n'
            'RUN wget https://downloads.acme.io/x\n',
            'FROM debian:12-slim AS a\n'
            'RUN apt-get update -o Acquire::AllowInsecureRepositories=true \\\n'
            '    && apt-get install -y --no-install-recommends jq \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN echo "deb [arch=amd64 trusted=yes] https://apt.acme.io stable main" > '
            '/etc/apt/sources.list.d/acme.list\n'
            'FROM fedora:43 AS b\n'
            'RUN dnf install -y --setopt=sslverify=0 jq && dnf clean all\n'
            'RUN printf "[acme]\\nbaseurl=https://rpm.acme.io\\ngpgcheck=0\\n" > /etc/yum.repos.d/acme.repo\n'
            'FROM alpine:3.22\n'
            'COPY --from=a /etc/hostname /a\n'
            'COPY --from=b /etc/hostname /b\n'
            'RUN apk add --no-cache --allow-untrusted ./glibc.apk\n')),
 'LI506': ('A RUN belongs to root until a USER says otherwise, so sudo has nothing to do; it only has to be '
           'installed. `sudo` starts commands with a fresh environment: what ENV and ARG set is\n'
           'gone, http_proxy too. Where a USER is set, two USER lines do the same without leaving a rule in '
           '/etc/sudoers that an intruder would use as well.\n'
           '\n'
           'A warning where the file shows that root runs it, else info: of a base image that nobody here '
           'knows the user is not known either. Installing the package alone is not reported.',
           ('https://docs.docker.com/build/building/best-practices/#user',),
           (),
           ('sudo: command not found docker build', 'sudo: a terminal is required to read the password'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN sudo dnf install -y libpq \\\n'
            '    && sudo dnf clean all \\\n'
            '    && pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            '# as the entry point wants it\n'
            'RUN FOO=1 sudo sh -c "echo 1 > /opt/flag"\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            'FROM ghcr.io/acme/desktop:2\n'
            'RUN sudo touch /a\n'
            'FROM debian:12-slim\n'
            'COPY --from=0 /a /a\n'
            'RUN sudo -u nobody touch /tmp/b\n'
            'USER nobody:nogroup\n'
            'RUN ["sudo", "touch", "/c"]\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends sudo \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN useradd -m -G sudo dev && echo "dev ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/dev\n'
            '# sudo is for people\n'
            'RUN echo "use sudo here" > /etc/motd && rm -f /var/lib/sudo/lectured\n',
            'FROM ghcr.io/acme/desktop:2\nUSER root\nRUN touch /a\nUSER dev\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN dnf install -y libpq \\\n'
            '    && dnf clean all \\\n'
            '    && pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            '# as the entry point wants it\n'
            'RUN FOO=1 sh -c "echo 1 > /opt/flag"\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI507': ('A process that is root in its container needs one more fault, in the kernel or in a mount, to be '
           'root outside. Services can nearly always run as a user of their own.\n'
           '\n'
           'Off by default, and never said of functions: Lambda runs every image as a user of its own '
           'without rights, whatever USER says. Many official images start as root and step down by\n'
           'themselves. The user of a base image that is not known here is not known either, and then '
           'nothing is said. Only the stage that is\n'
           'shipped counts, where hadolint looks at the last USER of each.',
           ('https://docs.docker.com/build/building/best-practices/#user',),
           (),
           ('Last USER should not be root', 'Ensure that a user for the container has been created'),
           ('FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'USER node\n'
            'COPY server.js ./\n'
            '# for the port\n'
            'USER 0:0\n'
            'EXPOSE 80\n'
            'ENTRYPOINT ["node"]\n'
            'CMD ["server.js"]\n',
            'FROM debian:12-slim\nCMD ["/bin/app"]\n'),
           ('FROM debian:12-slim AS base\n'
            'RUN useradd -u 1000 app\n'
            'USER app\n'
            'FROM base\n'
            'COPY app /bin/app\n'
            'CMD ["/bin/app"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\nUSER root\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM gcr.io/distroless/static-debian12:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n'),
           (None, None)),
 'LI508': ('`chmod 777` is the answer to a permission error that says nothing about its reason. A program, a '
           'start script or a folder of libraries that everybody may write lets any\n'
           'process in the container, even an unprivileged one, put its own code there, and root may run it '
           'next. The owner is what needs to change: `chown` to the user of USER, or `COPY --chown`.\n'
           '\n'
           'On Lambda the image is mounted read-only, and /tmp is a file system of its own: no mode makes a '
           'path writable, so it is info there. Folders with the sticky bit (1777), as /tmp has\n'
           'it, are left alone, and `chmod +w`, which the umask limits, too. Modes in letters (`a+rwX`)\n'
           'are info: they are most often meant so, for images that any user may start. The fix is marked '
           'unsafe because a process of another user may in fact write there.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://pubs.opengroup.org/onlinepubs/9799919799/utilities/chmod.html'),
           ('permissions',),
           ('chmod 777 dockerfile',
            'PermissionError: [Errno 13] Permission denied docker',
            "Read-only file system: '/var/task"),
           ('FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'COPY --chmod=0777 start.sh /usr/local/bin/\n'
            'RUN mkdir -p uploads \\\n'
            '    && chmod -R 777 uploads\n'
            'RUN install -m 666 /dev/null /var/log/app.log && mkdir -m777 cache && chmod a+rwx,g-s '
            'server.js\n'
            'USER node\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=777 bootstrap ${LAMBDA_RUNTIME_DIR}/\n'
            'CMD ["main"]\n'),
           ('FROM debian:12-slim\n'
            'COPY --chmod=755 --chown=1000:1000 start.sh /usr/local/bin/\n'
            'RUN mkdir -p /data && chmod 1777 /data && chmod +rwx /usr/local/bin/start.sh && chmod a+rx,u+w '
            '/etc/motd\n'
            'RUN chmod g+rwX /srv && chmod o-w /etc/hosts && chmod u=rwx,go=rx /opt && mkdir -m 755 /a && '
            'chmod a+rwxt /b\n'
            'RUN find /srv -type d -perm 777 && echo chmod 777\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt \\\n'
            '    && chmod -R o+rX /var/task\n'
            'COPY --chmod=644 app.py ./\n'
            'COPY --chmod=755 bin/tool /opt/bin/\n'
            'ENV LOG_LEVEL=info \\\n'
            '    CACHE=/tmp/cache\n'
            'CMD ["app.handler"]\n'
            '# chmod 777 /tmp\n',
            'FROM debian:12-slim\nRUN mkfifo /var/spool/trigger && chmod 0622 /var/spool/trigger\n'),
           ('FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY server.js ./\n'
            'COPY --chmod=0755 start.sh /usr/local/bin/\n'
            'RUN mkdir -p uploads \\\n'
            '    && chmod -R 755 uploads\n'
            'RUN install -m 644 /dev/null /var/log/app.log && mkdir -m755 cache && chmod a+rwx,g-s '
            'server.js\n'
            'USER node\n'
            'CMD ["node", "server.js"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --chmod=755 bootstrap ${LAMBDA_RUNTIME_DIR}/\n'
            'CMD ["main"]\n')),
 'LI509': ('ADD fetches a URL at each build and keeps what comes. With `--checksum` the build stops when the '
           'file is another one, whether by a new release, a broken download or a stranger. For a git\n'
           'repository the same flag, or the full commit behind `#`, fixes what is checked out.\n'
           '\n'
           'A later RUN in the same stage that calls sha256sum, gpg or their like counts as a check. The '
           "answer of GitHub's API about\n"
           'a branch is fetched to build anew when it changes, and left alone. Over http it is a warning.',
           ('https://docs.docker.com/reference/dockerfile/#add---checksum',),
           ('supply-chain',),
           ('ADD --checksum', 'dockerfile ADD url verify'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG VERSION=1.2.3\n'
            'ADD https://downloads.acme.io/tool-${VERSION} /opt/bin/tool\n'
            'RUN chmod 755 /opt/bin/tool\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'ADD http://downloads.acme.io/model.bin /opt/model.bin\n'
            'COPY app.py ./\n'
            'ENV MODEL=/opt/model.bin\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'ADD https://github.com/acme/tool.git#v1 /src\n'
            'ADD git@github.com:acme/tool.git /src2\n'),
           ('FROM debian:12-slim\n'
            'ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef '
            'https://downloads.acme.io/tool /opt/tool\n'
            'ADD https://github.com/acme/tool.git#0123456789abcdef0123456789abcdef01234567:src /src\n',
            'FROM debian:12-slim\n'
            'ARG SUM=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n'
            'ADD https://downloads.acme.io/tool.tar.gz /tmp/\n'
            'RUN echo "$SUM /tmp/tool.tar.gz" | sha256sum -c - \\\n'
            '    && tar -xzf /tmp/tool.tar.gz -C /opt\n'
            'ADD local.tar.gz /opt/\n'
            'ADD https://api.github.com/repos/acme/tool/git/refs/heads/main /tmp/version.json\n'),
           (None, None)),
 'LI510': ('A secret mount, or a build argument, is there for the RUN alone; what the RUN writes is part of '
           'the layer. `echo "…_authToken=$NPM_TOKEN" > .npmrc` puts the token into the image, and a later\n'
           '`RUN rm .npmrc` hides it without taking it out. A mount can stand at the very path where the '
           'program looks, so that nothing has to be written.\n'
           '\n'
           'Looked at are `cp` and `cat` of a mounted file and `echo`, `printf` or a here-document with a '
           'variable of a mount (`env=`) or an argument that is named after a secret. What the same RUN '
           'deletes afterwards, and what is\n'
           'written into another mount, is left alone. In stages that are not shipped it is info.',
           ('https://docs.docker.com/build/building/secrets/',
            'https://docs.docker.com/reference/dockerfile/#run---mounttypesecret'),
           ('secret',),
           ('npm token in docker layer', 'docker history npmrc authToken', 'git clone token docker layer'),
           ('FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=secret,id=npm,env=NPM_TOKEN \\\n'
            '    echo "//registry.npmjs.org/:_authToken=${NPM_TOKEN}" > .npmrc \\\n'
            '    && npm ci --omit=dev --cache /tmp/npm \\\n'
            '    && rm -rf /tmp/npm\n'
            '# too late\n'
            'RUN rm .npmrc\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM debian:12-slim AS build\n'
            'ARG GIT_TOKEN\n'
            'RUN echo "machine git.acme.io login x password $GIT_TOKEN" >> ~/.netrc\n'
            'FROM debian:12-slim\n'
            'COPY --from=build /etc/hostname /a\n'
            'RUN --mount=type=secret,id=aws cp /run/secrets/aws /root/.aws/credentials\n'
            'RUN --mount=type=secret,id=key,target=/key cat /key | tee /root/.ssh/id_ed25519\n'
            'RUN --mount=type=secret,id=T,env=T cat <<EOF > /etc/app.conf\n'
            'token=$T\n'
            'EOF\n'),
           ('FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev --cache /tmp/npm && rm '
            '-rf /tmp/npm\n'
            'RUN --mount=type=secret,id=T,env=TOKEN curl -fsSL -H "Authorization: Bearer $TOKEN" -o /opt/a '
            'https://acme.io/a\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN --mount=type=secret,id=t,env=TOKEN echo "token=$TOKEN" > /root/.netrc && curl -fsSLn -o /a '
            'https://acme.io/a && rm /root/.netrc\n'
            'RUN --mount=type=secret,id=k --mount=type=tmpfs,target=/keys cp /run/secrets/k /keys/k && ls '
            '/keys\n'
            'RUN --mount=type=secret,id=k test -s /run/secrets/k && cat /run/secrets/k > /dev/null\n'
            'RUN --mount=type=secret,id=k TOKEN="$(cat /run/secrets/k)" && echo \'written: $TOKEN\' > /b\n'),
           (None, None)),
 'LI511': ('No process needs a password to be started as a user, and an image that is pulled a thousand '
           'times has the same one a thousand times. It matters most where an SSH server or\n'
           'sudo asks for it. A password that comes from a variable is the matter of LI501, and one from a '
           "mounted secret is nobody's.\n"
           '\n'
           'Silence it in images for trying things out that no one can reach.',
           ('https://docs.docker.com/build/building/secrets/',),
           ('secret',),
           ('echo root:password | chpasswd dockerfile',
            'Ensure that chpasswd is not used to set or remove passwords'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends openssh-server \\\n'
            '    && rm -rf /var/lib/apt/lists/* \\\n'
            '    && mkdir -p /run/sshd\n'
            "RUN echo 'root:fjord-4711' | chpasswd\n"
            'RUN useradd -m dev \\\n'
            '    && echo "fjord-4711" | passwd --stdin dev\n'
            'STOPSIGNAL SIGTERM\n'
            'CMD ["/usr/sbin/sshd", "-D"]\n',
            'FROM fedora:43\nSHELL ["/bin/bash", "-c"]\nRUN chpasswd <<< "admin:moss"\n'),
           ('FROM debian:12-slim\n'
            'RUN --mount=type=secret,id=P,env=P echo "root:$P" | chpasswd\n'
            'RUN passwd -d nobody && passwd -l root && useradd -m dev\n'
            "RUN echo 'use chpasswd' > /etc/motd && grep -c : /etc/passwd\n",
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'COPY passwd ./data/\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI520': ('Over http nobody knows who answered. A proxy, a poisoned name server or a network in between can '
           'hand out another file, and a build bakes it into an image that is trusted from there on. Most '
           'servers\n'
           'have https as well; a redirect from http to it does not help, for the first answer can be '
           "anybody's. The fix is marked unsafe because a server may have no https.\n"
           '\n'
           'A RUN that calls sha256sum, gpg or their like afterwards in the same stage counts as a check. '
           'Names without a dot, addresses, and names of internal networks (`.local`, `.internal`, `.corp`) '
           'are left alone, and what a shell runs at once is\n'
           "LI504's.",
           ('https://docs.docker.com/build/building/best-practices/',),
           ('supply-chain',),
           ('dockerfile curl http checksum', 'wget http insecure dockerfile'),
           ('FROM debian:13-slim\n'
            'RUN curl -fsSL "http://downloads.acme.io/tool.tar.gz" -o /tmp/tool.tar.gz && tar -xzf '
            '/tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz\n'
            'RUN wget -q -O /usr/share/keyrings/acme.gpg http://apt.acme.io/key.gpg\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG MODEL=v3\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN mkdir -p model && \\\n'
            '    curl -fsSL -o model/weights.bin http://models.acme.io/${MODEL}/weights.bin\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('FROM debian:13-slim\n'
            'ARG SUM\n'
            'RUN curl -fsSLO http://downloads.acme.io/tool.deb && echo "$SUM  tool.deb" | sha256sum -c -\n'
            'FROM debian:13-slim\n'
            'RUN curl -fsSLO http://nexus:8081/tool && curl -fsSLO http://10.0.0.7/tool && curl -fsSLO '
            'http://files.acme.internal/tool\n'
            'RUN curl -fsSL --proxy http://proxy.acme.io:3128 -o /tool https://downloads.acme.io/tool\n'
            'RUN echo "see http://docs.acme.io"\n'
            'HEALTHCHECK CMD curl -f http://status.acme.io || exit 1\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN curl -fsSL -o /opt/model.bin https://models.acme.io/model.bin\n'
            '# http://www.acme.io\n'
            'LABEL org.opencontainers.image.url="http://www.acme.io"\n'
            'COPY app.py ./\n'
            'COPY lib/ ./lib/\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('FROM debian:13-slim\n'
            'RUN curl -fsSL "https://downloads.acme.io/tool.tar.gz" -o /tmp/tool.tar.gz && tar -xzf '
            '/tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz\n'
            'RUN wget -q -O /usr/share/keyrings/acme.gpg https://apt.acme.io/key.gpg\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG MODEL=v3\n'
            'WORKDIR ${LAMBDA_TASK_ROOT}\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN mkdir -p model && \\\n'
            '    curl -fsSL -o model/weights.bin https://models.acme.io/${MODEL}/weights.bin\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n')),
 'LI601': ('Names of stages are in lower case for Docker: AS Builder and AS builder are one name, and image '
           'references know no capitals at all. Lower case shows\n'
           'what is the same. It is a matter of style, so this rule is off unless it is asked for. The fix '
           'changes the name where it is given; `--from=Builder` keeps working.',
           ('https://docs.docker.com/reference/build-checks/stage-name-casing/',),
           ('style',),
           ('StageNameCasing', 'Stage name should be lowercase'),
           ('FROM golang:1.25 AS Builder\nCOPY main.go ./\nRUN go build -o /main main.go\n',
            'ARG VERSION=24\n'
            'FROM node:${VERSION} AS BASE\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            '\n'
            'FROM base AS modules\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24 AS Function\n'
            'COPY --from=modules /app/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM golang:1.25 AS builder-1\nCOPY main.go /src/\n',
            'FROM golang:1.25 AS builder\n'
            'WORKDIR /src\n'
            'COPY main.go ./\n'
            'RUN go build -o /main main.go\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=Builder /main /var/runtime/bootstrap\n'
            'CMD ["main"]\n'),
           ('FROM golang:1.25 AS builder\nCOPY main.go ./\nRUN go build -o /main main.go\n',
            'ARG VERSION=24\n'
            'FROM node:${VERSION} AS base\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            '\n'
            'FROM base AS modules\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24 AS function\n'
            'COPY --from=modules /app/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n')),
 'LI602': ('Docker takes keywords in any case, and warns at each build where FROM and AS of one line differ. '
           'It is a matter of style, so this rule is off unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/from-as-casing/',),
           ('style',),
           ('FromAsCasing', "'as' and 'FROM' keywords' casing do not match"),
           ('FROM golang:1.25 as build\nCOPY main.go /src/\n',
            'FROM python:3.14-slim As base\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'from base AS tests\n'
            'copy tests/ ./tests/\n'
            'run python -m unittest\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM golang:1.25 AS build\nfrom alpine:3.22 as run\nFROM alpine:3.22\n',
            'From golang:1.25 as build\nWORKDIR /src\nCOPY main.go ./\n'),
           ('FROM golang:1.25 AS build\nCOPY main.go /src/\n',
            'FROM python:3.14-slim AS base\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'from base as tests\n'
            'copy tests/ ./tests/\n'
            'run python -m unittest\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY app.py ./\n'
            'CMD ["python", "app.py"]\n')),
 'LI603': ('Docker takes instructions in any case, but warns at each build where a file mixes them. What '
           'most instructions of the file have is taken for what is meant, upper case where\n'
           'both are as many. It is a matter of style, so this rule is off unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/consistent-instruction-casing/',),
           ('style',),
           ('ConsistentInstructionCasing', 'should match the case of the command majority'),
           ('FROM python:3.14-slim\ncopy app.py /app/\nEnv LOG_LEVEL=info\nCMD ["python", "/app/app.py"]\n',
            'ARG VERSION=3.14\n'
            'from public.ecr.aws/lambda/python:${VERSION}\n'
            'copy requirements.txt ./\n'
            'run pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            '# what changes often\n'
            'copy app.py ./\n'
            'copy templates/ ./templates/\n'
            'env LOG_LEVEL=info\n'
            'ENV STAGE=production\n'
            'CMD ["app.handler"]\n'),
           ('from python:3.14-slim\ncopy app.py /app/\ncmd ["python", "/app/app.py"]\n',
            'arg VERSION=3.14\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.14-slim\nCOPY app.py /app/\nENV LOG_LEVEL=info\nCMD ["python", "/app/app.py"]\n',
            'ARG VERSION=3.14\n'
            'from public.ecr.aws/lambda/python:${VERSION}\n'
            'copy requirements.txt ./\n'
            'run pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            '# what changes often\n'
            'copy app.py ./\n'
            'copy templates/ ./templates/\n'
            'env LOG_LEVEL=info\n'
            'env STAGE=production\n'
            'cmd ["app.handler"]\n')),
 'LI604': ('People read a blank line as the end of an instruction, Docker does not: what stands below still '
           'belongs to it. A continuation left behind by mistake makes the next\n'
           'instruction a part of this one. BuildKit warns at each build that it will be an error, and names '
           'the last line of the instruction, this rule the blank one. Lines with a comment are no blank '
           'lines.',
           ('https://docs.docker.com/reference/build-checks/no-empty-continuation/',),
           (),
           ('NoEmptyContinuation',
            'Empty continuation lines will become errors in a future release',
            'Empty continuation line found in'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN echo one && \\\n'
            '\n'
            '    echo two\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir \\\n'
            '\n'
            "        # the service's own\n"
            '\n'
            '        -r requirements.txt\n'
            '\n'
            'COPY app.py \\\n'
            '\n'
            '     ./\n'
            'RUN <<EOF\n'
            '\n'
            'echo here-documents may hold blank lines\n'
            'EOF\n'
            'CMD ["app.handler"]\n',
            'FROM alpine:3.22\nRUN apk add --no-cache curl \\\n\nCOPY tool /tool\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'RUN echo one && \\\n'
            '    # two comes next\n'
            '    #\n'
            '    echo two\n'
            '\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            '\n'
            'RUN npm ci --omit=dev \\\n'
            ' && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            '\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            '\n'
            'COPY index.js ./\n'
            'COPY <<-EOF ./settings.json\n'
            '\n'
            '\t{}\n'
            '\n'
            '\tEOF\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nRUN echo one && \\\n    echo two\nCMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir \\\n'
            "        # the service's own\n"
            '        -r requirements.txt\n'
            '\n'
            'COPY app.py \\\n'
            '     ./\n'
            'RUN <<EOF\n'
            '\n'
            'echo here-documents may hold blank lines\n'
            'EOF\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI605': ('Names of stages are compared without regard to case, and of several stages with one name the '
           'last counts. A FROM or COPY --from that stood for the first one takes its files from the\n'
           'other without a word, and `docker build --target` builds the wrong image. The same image in '
           'several FROM is no problem.',
           ('https://docs.docker.com/reference/build-checks/duplicate-stage-name/',
            'https://docs.docker.com/build/building/multi-stage/#name-your-build-stages'),
           (),
           ('DuplicateStageName',
            'Duplicate stage name, stage names should be unique',
            'FROM aliases (stage names) must be unique'),
           ('FROM debian:13 AS build\n'
            'RUN make -C /src\n'
            '\n'
            'FROM golang:1.25 AS build\n'
            'COPY --from=build /src/out /out\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24 AS Modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM golang:1.25 AS one\n'
            'COPY a.go /src/\n'
            'FROM golang:1.25 AS two\n'
            'COPY --from=one /src/a.go /src/\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base AS tests\n'
            'COPY tests/ ./tests/\n'
            'RUN python -m unittest\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI606': ('scratch is the empty image and context stands for the build context. A stage of that name is '
           'hidden by the built-in meaning in some places and hides it in others.',
           ('https://docs.docker.com/reference/build-checks/reserved-stage-name/',),
           (),
           ('ReservedStageName', 'Stage name should not use the same name as reserved stage'),
           ('FROM alpine:3.22 AS scratch\nCOPY tool /tool\n',
            'FROM golang:1.25 AS Context\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY . .\n'
            'RUN go build -o /main ./cmd/main\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=context /main /var/runtime/bootstrap\n'
            'CMD ["main"]\n'),
           ('FROM golang:1.25 AS build\n'
            'COPY main.go ./\n'
            'RUN go build -o /main main.go\n'
            '\n'
            'FROM scratch AS shipped\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n',
            'FROM alpine:3.22 AS scratch-tools\nFROM alpine:3.22 AS contexts\n'),
           (None, None)),
 'LI607': ('In shell form Docker starts /bin/sh -c with the text, and the program becomes its child. Many '
           'shells do not hand on SIGTERM, so `docker stop` waits and then kills, and Ctrl-C does\n'
           'nothing. An ENTRYPOINT in shell form also drops all arguments of CMD and of `docker run`.\n'
           '\n'
           'Reported is what needs no shell: no variable, no operator, no builtin, no `exec` in front, no '
           "SHELL of the file's own. LI634 has the rest for whoever wants exec form everywhere. Where\n"
           "Lambda's entrypoint or a runtime client gets the command, LI201 says what happens. The fix is "
           'left out where CMD and ENTRYPOINT meet.',
           ('https://docs.docker.com/reference/build-checks/json-args-recommended/',
            'https://docs.docker.com/reference/dockerfile/#shell-and-exec-form'),
           (),
           ('JSONArgsRecommended',
            'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
            'Use arguments JSON notation for CMD and ENTRYPOINT arguments'),
           ('FROM python:3.14-slim\nCOPY app.py /app/\nCMD python /app/app.py --port 8000\n',
            'FROM node:24-slim AS tests\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'ENTRYPOINT node --test\n'
            'CMD "src/**"\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY server /server\n'
            "ENTRYPOINT /server 'a b'\n"),
           ('FROM python:3.14-slim AS one\n'
            'CMD ["python", "-m", "http.server"]\n'
            'FROM python:3.14-slim AS two\n'
            'CMD exec python -m http.server\n'
            'FROM python:3.14-slim AS three\n'
            'CMD python migrate.py && python -m http.server\n'
            'FROM python:3.14-slim AS four\n'
            'CMD python -m http.server $PORT\n'
            'FROM python:3.14-slim AS five\n'
            'CMD ulimit -c 0\n',
            'FROM python:3.14-slim\n'
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE 8000\n'
            'USER 1000\n'
            'HEALTHCHECK CMD python check.py\n'
            'CMD python app.py\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY app.py ./\n'
            'CMD app.handler\n'
            '\n'
            'FROM base\n'
            'CMD ["app.handler"]\n'),
           ('FROM python:3.14-slim\nCOPY app.py /app/\nCMD ["python", "/app/app.py", "--port", "8000"]\n',
            None)),
 'LI608': ('The instruction sets a field of the image that hardly any tool shows, and Docker warns of it at '
           'each build. The label org.opencontainers.image.authors is where registries and\n'
           'scanners look. Nothing changes for what runs.',
           ('https://docs.docker.com/reference/build-checks/maintainer-deprecated/',
            'https://github.com/opencontainers/image-spec/blob/main/annotations.md'),
           (),
           ('MaintainerDeprecated',
            'Maintainer instruction is deprecated in favor of using label',
            'MAINTAINER is deprecated'),
           ('FROM alpine:3.22\nMAINTAINER Jo Doe <jo@example.com>\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'MAINTAINER "Jo \\"the\\" $Doe"\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'MAINTAINER Team 7, \\\n'
            '  room 12\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM alpine:3.22\nLABEL maintainer="jo@example.com"\n',
            '# MAINTAINER Jo Doe\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL org.opencontainers.image.authors="Jo Doe"\n'
            'RUN echo MAINTAINER > /etc/role \\\n'
            ' && echo done\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV MAINTAINER=jo\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nLABEL org.opencontainers.image.authors="Jo Doe <jo@example.com>"\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'LABEL org.opencontainers.image.authors="Jo \\\\\\"the\\\\\\" \\$Doe"\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'LABEL org.opencontainers.image.authors="Team 7,   room 12"\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n')),
 'LI609': ('In FROM only arguments are known that an ARG before the first FROM declares, and the platform '
           'arguments such as TARGETPLATFORM, BUILDPLATFORM and TARGETARCH. What is not\n'
           'declared is replaced by nothing: `FROM node:22${VARIANT}` quietly builds on another image than '
           'was meant, `FROM ${IMAGE}` fails.',
           ('https://docs.docker.com/reference/build-checks/undefined-arg-in-from/',
            'https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact'),
           (),
           ('UndefinedArgInFrom',
            'FROM argument is not declared',
            'base name should not be blank',
            'invalid reference format'),
           ('FROM node:22${VARIANT}\nCOPY index.js /app/\n',
            'FROM --platform=$BUILDPLATFOM golang:1.25 AS build\nCOPY main.go /src/\n',
            'ARG NODE=24\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE} AS modules\n'
            'ARG FLAVOR=24\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24${FLAVOR}\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["src/index.handler"]\n',
            'FROM python:${PYTHON:-3.14}-slim\nCOPY app.py /app/\n'),
           ('ARG VARIANT\nARG VERSION=22\nFROM node:${VERSION}${VARIANT}\nCOPY index.js /app/\n',
            '# syntax=docker/dockerfile:1\n'
            'FROM --platform=$BUILDPLATFORM golang:1.25 AS build\n'
            'ARG TARGETARCH\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN GOARCH=$TARGETARCH go build -o /main ./cmd/main\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023-${TARGETARCH}\n'
            'COPY --from=build /main /var/runtime/bootstrap\n'
            'CMD ["main"]\n'),
           (None, 'FROM --platform=$BUILDPLATFORM golang:1.25 AS build\nCOPY main.go /src/\n', None, None)),
 'LI610': ('A relative WORKDIR is joined to the one before it, and the first of a stage to that of the base '
           'image, which its authors may change. Once the file itself has named a\n'
           "working directory, relative ones are fine, as they are on AWS's images for functions, where "
           '/var/task is what AWS promises. A path that begins with a variable is judged by the\n'
           "variable's value, and not at all where that is not known.",
           ('https://docs.docker.com/reference/build-checks/workdir-relative-path/',),
           (),
           ('WorkdirRelativePath',
            'Relative workdir can have unexpected results if the base image changes',
            'Use absolute WORKDIR'),
           ('FROM python:3.14-slim\nWORKDIR app\nCOPY app.py ./\n',
            'FROM registry.example.com/node:24 AS build\n'
            'ARG FOLDER=site\n'
            'WORKDIR "src"\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM registry.example.com/nginx:1\n'
            'ARG FOLDER=site\n'
            'WORKDIR ${FOLDER}/public\n'
            'COPY --from=build /src/dist/ ./\n'),
           ('FROM python:3.14-slim\nWORKDIR /app\nWORKDIR src\nCOPY app.py ./\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS one\n'
            'WORKDIR src\n'
            'COPY app.py ./\n'
            '\n'
            'FROM python:3.14-slim AS base\n'
            'ARG WHERE\n'
            'WORKDIR /srv\n'
            '\n'
            'FROM base AS two\n'
            'WORKDIR app\n'
            'COPY app.py ./\n'
            '\n'
            'FROM mcr.microsoft.com/windows/servercore:ltsc2025 AS three\n'
            'WORKDIR C:/app\n'
            '\n'
            'FROM python:3.14-slim AS four\n'
            'ENV HERE=/here\n'
            'WORKDIR $HERE/app\n'
            'ARG WHERE\n'
            'WORKDIR ${WHERE}\n'
            'COPY app.py ./\n'),
           ('FROM python:3.14-slim\nWORKDIR /app\nCOPY app.py ./\n', None)),
 'LI611': ('Docker replaces a variable without value by nothing and goes on: a file ends up in /, a PATH '
           'gets an empty entry (the working directory), a label stays empty. An ARG before the\n'
           'first FROM is for FROM lines; a stage sees it only after an ARG of the same name in it.\n'
           '\n'
           "What the base image sets is known for AWS's images and the common official ones. On other images "
           'a variable may come from the image, and this rule says nothing. The commands of RUN, CMD and\n'
           'ENTRYPOINT are left to the shell; in `RUN --mount=...` it is Docker that looks. An ENV that only '
           'adds to what a variable may hold, and one with a default, is a hint; who asks first '
           '(`${NAME:+...}`, `${NAME:?...}`) knows that it may be empty, and gets none,\n'
           'and neither does `ARG NAME=${NAME:-default}`, a long way to say `ARG NAME=default`.',
           ('https://docs.docker.com/reference/build-checks/undefined-var/',
            'https://docs.docker.com/reference/dockerfile/#scope'),
           (),
           ('UndefinedVar', 'Usage of undefined variable'),
           ('FROM rockylinux:9\nENV PATH=$PAHT:/app/bin\n',
            'ARG VERSION=3.14\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            'LABEL python=${VERSION}\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM node:24-slim AS build\n'
            'ARG SOURCE=src\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY ${SOURCE} ./src/\n'
            'RUN --mount=type=cache,target=${SOURCE}/cache,id=build-$TARGETARCH npm run build -- '
            '$ENVIRONMENT\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --chown=$OWNER --from=build \\\n'
            '     /app/dist/ \\\n'
            '     ${LAMBDA_TASK_ROOT}/${TARGET_FOLDER}\n'
            'ENV NODE_PATH=$NODE_PATH:/opt/shared \\\n'
            '    LOG_LEVEL=${LOG_LEVEL_DEFAULT:-info}\n'
            'CMD ["index.handler"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ${LAMBDA_TASK_ROOT}/\n'
            'ENV LD_LIBRARY_PATH=/opt/mine:$LD_LIBRARY_PATH PATH=$PATH:/opt/bin2\n'
            'CMD ["app.handler"]\n',
            'FROM python:3.14-slim AS one\n'
            'ARG WHERE\n'
            'ARG VERSION=$PYTHON_VERSION\n'
            'COPY app.py $WHERE\n'
            'RUN echo $SHELL_SETS_IT\n'
            "ENV PROMPT='$ON_PURPOSE' PRICE=\\$5\n"
            'CMD echo $HOME\n'
            '\n'
            'FROM registry.example.com/base:7 AS two\n'
            'WORKDIR $HOME_OF_THE_BASE\n'
            'COPY app.py ./\n'
            '\n'
            'FROM one AS three\n'
            'COPY other.py $WHERE\n',
            'FROM alpine:3.22\nENV LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/opt/lib\n',
            'FROM alpine:3.22\nARG A=1 B=$A\nARG MIRROR=${MIRROR:-https://example.com}\nENV C=$B\n'),
           ('FROM rockylinux:9\nENV PATH=$PATH:/app/bin\n',
            'ARG VERSION=3.14\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            'ARG VERSION\n'
            'LABEL python=${VERSION}\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            None)),
 'LI612': ('A stage has one CMD, one ENTRYPOINT and one HEALTHCHECK, the last of each. Who writes two CMD to '
           'start two programs gets the second only. In different stages they do not meet,\n'
           "and a CMD after FROM of an earlier stage takes the place of that stage's on purpose. The finding "
           "sits on the instruction without effect, as Docker's own does; hadolint points to the later one.",
           ('https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/',),
           (),
           ('MultipleInstructionsDisallowed',
            'Multiple CMD instructions should not be used in the same stage because only the last one will '
            'be used',
            'Multiple ENTRYPOINT instructions found'),
           ('FROM alpine:3.22\nCMD ["/one"]\nCMD ["/two"]\n',
            'FROM python:3.14-slim AS base\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["python", "-m", "http.server"]\n'
            '\n'
            'FROM base\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python"]\n'
            'HEALTHCHECK --interval=30s \\\n'
            '  CMD ["python", "check.py"]\n'
            'ENTRYPOINT ["python", "-u"]\n'
            'HEALTHCHECK NONE\n'
            'CMD ["app.py"]\n'
            'CMD ["app.py", "--verbose"]\n'
            'CMD ["app.py", "--quiet"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'CMD ["one.handler"]\n'
            'FROM base\n'
            'CMD ["two.handler"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ONBUILD CMD ["other.py"]\n'
            'ENTRYPOINT ["python"]\n'
            'HEALTHCHECK --interval=30s \\\n'
            '  CMD ["python", "check.py"]\n'
            'USER 1000\n'
            'CMD ["app.py"]\n'),
           ('FROM alpine:3.22\nCMD ["/two"]\n',
            'FROM python:3.14-slim AS base\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD ["python", "-m", "http.server"]\n'
            '\n'
            'FROM base\n'
            'COPY app.py ./\n'
            'ENTRYPOINT ["python", "-u"]\n'
            'HEALTHCHECK NONE\n'
            'CMD ["app.py", "--quiet"]\n')),
 'LI613': ('The old form takes everything behind the first blank, so `ENV ONE TWO= THREE=x` sets one '
           'variable called ONE. Docker keeps it for old files, warns at each build and may drop it. The '
           'fix\n'
           'is left out where the value holds quotes or escapes, which may mean something else in the new '
           'form.',
           ('https://docs.docker.com/reference/build-checks/legacy-key-value-format/',),
           (),
           ('LegacyKeyValueFormat',
            '"ENV key=value" should be used instead of legacy "ENV key value" format'),
           ('FROM alpine:3.22\n'
            'ENV ONE 1\n'
            'ENV TWO two words\n'
            'ENV THREE "three more words"\n'
            'LABEL four say "four" words\n',
            'FROM alpine:3.22\nENV LOG_LEVEL debug STAGE=test\nENV OPTIONS -Xmx1g -Dstage=test\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL vendor   Example\n'
            'ENV PATH $PATH:/opt/tools\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV OPTIONS --one=1 \\\n'
            '    --two=2\n'
            'ENV LOG_LEVEL=info STAGE=test\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nENV ONE=1 TWO="2 3" THREE=\nLABEL a=b c=d\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG ONE TWO\n'
            'ARG THREE=3\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'LABEL org.opencontainers.image.title="one two" \\\n'
            '      org.opencontainers.image.version=3\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\n'
            'ENV ONE=1\n'
            'ENV TWO="two words"\n'
            'ENV THREE="three more words"\n'
            'LABEL four say "four" words\n',
            'FROM alpine:3.22\nENV LOG_LEVEL debug STAGE=test\nENV OPTIONS="-Xmx1g -Dstage=test"\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL vendor=Example\n'
            'ENV PATH=$PATH:/opt/tools\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV OPTIONS="--one=1 \\\n'
            '    --two=2"\n'
            'ENV LOG_LEVEL=info STAGE=test\n'
            'CMD ["app.handler"]\n')),
 'LI614': ('FROM takes the image for the target platform unless it is told otherwise. The flag changes '
           'nothing and makes readers look for a reason. It is a matter of style, so this rule is\n'
           'off unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/redundant-target-platform/',),
           ('style',),
           ('RedundantTargetPlatform', 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant'),
           ('FROM --platform=$TARGETPLATFORM alpine:3.22\nCOPY tool /tool\n',
            'FROM --platform=$BUILDPLATFORM golang:1.25 AS build\n'
            'ARG TARGETARCH\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN GOARCH=$TARGETARCH go build -o /main ./cmd/main\n'
            '\n'
            'FROM --platform=${TARGETPLATFORM} alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n'),
           ('FROM --platform=$BUILDPLATFORM golang:1.25 AS build\nFROM alpine:3.22\n',
            'ARG TARGETPLATFORM\n'
            'FROM alpine:3.22 AS base\n'
            'WORKDIR /app\n'
            'COPY install.sh ./\n'
            'ARG TARGETPLATFORM\n'
            'RUN ./install.sh "$TARGETPLATFORM"\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY app ./app\n'
            'USER 1000\n'
            'ENTRYPOINT ["./app"]\n'),
           ('FROM alpine:3.22\nCOPY tool /tool\n',
            'FROM --platform=$BUILDPLATFORM golang:1.25 AS build\n'
            'ARG TARGETARCH\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN GOARCH=$TARGETARCH go build -o /main ./cmd/main\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /main /main\n'
            'ENTRYPOINT ["/main"]\n')),
 'LI615': ('A plain `docker build` of this file cannot work, neither here nor in tools that look at the file '
           'alone. Some files want it so, to make everybody choose; this rule is therefore\n'
           'off unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/',),
           (),
           ('InvalidDefaultArgInFrom',
            'Default value for ARG results in empty or invalid base image name',
            'base name should not be blank'),
           ('ARG TAG\nFROM busybox:${TAG}\nCOPY tool /tool\n',
            'ARG REGISTRY=public.ecr.aws\n'
            'ARG BASE\n'
            'FROM ${REGISTRY}/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM $BASE\n'
            'COPY --from=modules /var/task/node_modules/ /app/node_modules/\n'
            'COPY src/ /app/src/\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["/app/src/index.js"]\n'),
           ('ARG TAG=3.22\n'
            'ARG VARIANT\n'
            'ARG OTHER\n'
            'FROM alpine:${TAG}${VARIANT} AS one\n'
            'FROM alpine:${OTHER:-3.22} AS two\n',
            'ARG VERSION=3.14\n'
            'ARG BASE=public.ecr.aws/lambda/python:${VERSION}\n'
            'ARG TARGETARCH\n'
            'FROM ${BASE} AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI616': ('A constant platform keeps the file from being built for any other. On a machine of another kind '
           'the build and the image run under emulation, many times slower. Where a stage exists for\n'
           'one platform, name it so (AS build-amd64), and for tools that run while building take '
           '--platform=$BUILDPLATFORM.\n'
           '\n'
           "A function's image has exactly one architecture, so for Lambda a constant is right and this rule "
           'does not apply. A platform that a variable names can be changed\n'
           'and is no constant, whatever the variable is called.',
           ('https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/',
            'https://docs.docker.com/build/building/multi-platform/'),
           (),
           ('FromPlatformFlagConstDisallowed',
            'FROM --platform flag should not use constant value',
            'Do not use --platform flag with FROM'),
           ('FROM --platform=linux/amd64 python:3.14-slim\nCOPY app.py /app/\n',
            'FROM --platform=linux/arm64 golang:1.25 AS build-amd64\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN go build -o /main ./cmd/main\n'
            '\n'
            'FROM --platform=amd64 alpine:3.22\n'
            'COPY --from=build-amd64 /main /main\n'
            'ENTRYPOINT ["/main"]\n'),
           ('FROM --platform=linux/arm64 public.ecr.aws/lambda/python:3.14\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'ARG PLATFORM=linux/amd64\n'
            'FROM --platform=$BUILDPLATFORM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY main.go ./\n'
            'RUN go build -o /main main.go\n'
            '\n'
            'FROM --platform=linux/amd64 alpine:3.22 AS shipped_amd64\n'
            'FROM --platform=linux/arm64 alpine:3.22 AS shipped_arm64\n'
            'FROM --platform=$PLATFORM alpine:3.22\n'
            'COPY --from=build /main /main\n'),
           ('FROM python:3.14-slim\nCOPY app.py /app/\n',
            'FROM golang:1.25 AS build-amd64\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN go build -o /main ./cmd/main\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build-amd64 /main /main\n'
            'ENTRYPOINT ["/main"]\n')),
 'LI617': ('What .dockerignore (or Dockerfile.dockerignore beside the Dockerfile) hides is not part of the '
           'build context, and a COPY of it ends the build with "not found" although the file\n'
           'lies there for all to see. Looked at is the context that belongs to the file; where it is not '
           'known, nothing is said. Sources that do not exist yet are judged by their name, unless\n'
           'the ignore file takes things back in.',
           ('https://docs.docker.com/reference/build-checks/copy-ignored-file/',
            'https://docs.docker.com/build/concepts/context/#dockerignore-files'),
           (),
           ('CopyIgnoredFile',
            'Attempting to Copy file that is excluded by .dockerignore',
            'failed to compute cache key',
            'failed to calculate checksum of ref',
            'not found'),
           ('FROM alpine:3.22\nCOPY README.md app.py /app/\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY ./tests/ ./tests/\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/ ./\n'
            'COPY src/ ./src/\n'
            'ADD *.pyc ./\n'
            'COPY dist/index.js ./\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM alpine:3.22\nCOPY app.py /app/\nCOPY src /app/src\nCOPY . /app/\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS one\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=one /var/task/README.md ./\n'
            'COPY <<NOTES.md ./\n'
            'hello\n'
            'NOTES.md\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nCOPY README.md app.py /app/\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY ./tests/ ./tests/\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/ ./\n'
            'COPY src/ ./src/\n'
            'ADD *.pyc ./\n'
            'COPY dist/index.js ./\n'
            'CMD ["src/index.handler"]\n')),
 'LI618': ('`docker build --call=outline` and `--call=targets` describe arguments and stages by the comment '
           "right above them, if it begins with their name. It is one of BuildKit's experimental checks, and "
           'off\n'
           'here, too, unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/invalid-definition-description/',),
           ('style',),
           ('InvalidDefinitionDescription',),
           ('# the compiler\nFROM golang:1.25 AS build\n# which version to build\nARG VERSION=1\n',
            '# syntax=docker/dockerfile:1\n'
            "# VERSION is the runtime's\n"
            '# version\n'
            'ARG VERSION=3.14\n'
            'FROM public.ecr.aws/lambda/python:${VERSION} AS function\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('# build compiles\n'
            'FROM golang:1.25 AS build\n'
            '# VERSION to build\n'
            'ARG VERSION=1\n'
            '\n'
            '# something else\n'
            '\n'
            'ARG OTHER\n',
            '# syntax=docker/dockerfile:1\n'
            'ARG VERSION=3.14\n'
            '# the function\n'
            'FROM public.ecr.aws/lambda/python:${VERSION}\n'
            '# what it needs\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# what it is\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI619': ('TCP and tcp mean the same; Docker writes lower case into the image and warns about anything '
           'else. It is a matter of style, so this rule is off unless it is asked for.',
           ('https://docs.docker.com/reference/build-checks/expose-proto-casing/',),
           ('style',),
           ('ExposeProtoCasing', 'Defined protocol in EXPOSE instruction should be lowercase'),
           ('FROM alpine:3.22\nEXPOSE 80/TCP\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE $PORT 53/udp 53/Tcp 6000-6010/UDP\n'
            'USER 1000\n'
            'HEALTHCHECK NONE\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\nEXPOSE 80/tcp 53/udp 8080\n',
            'FROM alpine:3.22\n'
            'ARG PROTOCOL\n'
            'WORKDIR /app\n'
            'COPY server ./server\n'
            'EXPOSE 80/${PROTOCOL}\n'
            'EXPOSE 9000/sctp\n'
            'EXPOSE 8000-8010\n'
            'USER 1000\n'
            'HEALTHCHECK NONE\n'
            'ENTRYPOINT ["./server"]\n'),
           ('FROM alpine:3.22\nEXPOSE 80/tcp\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE $PORT 53/udp 53/tcp 6000-6010/udp\n'
            'USER 1000\n'
            'HEALTHCHECK NONE\n'
            'CMD ["python", "app.py"]\n')),
 'LI620': ('EXPOSE only notes which port the program listens on. Addresses and ports of the host are a '
           'matter of `docker run -p` and of Compose; in EXPOSE they are thrown away, so whoever\n'
           'relies on 127.0.0.1 here does not get it.',
           ('https://docs.docker.com/reference/build-checks/expose-invalid-format/',),
           (),
           ('ExposeInvalidFormat', 'EXPOSE instruction should not define an IP address or host-port mapping'),
           ('FROM alpine:3.22\nEXPOSE 8080:80\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE 127.0.0.1:80:8000/tcp 9000 [::1]:81:8001\n'
            'EXPOSE 80:$PORT\n'
            'USER 1000\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\nEXPOSE 80 53/udp 8000-8010\n',
            'FROM node:24-slim\n'
            'ARG PORT=3000\n'
            'ARG OTHER\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'EXPOSE $PORT ${OTHER}\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           ('FROM alpine:3.22\nEXPOSE 80\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE 8000/tcp 9000 8001\n'
            'EXPOSE 80:$PORT\n'
            'USER 1000\n'
            'CMD ["python", "app.py"]\n')),
 'LI621': ('Docker reads EXPOSE when it builds and refuses numbers above 65535, ranges that run backwards, '
           'names of services (http) and protocols other than tcp, udp and sctp. Ports in variables\n'
           'are judged where their value is known.',
           ('https://docs.docker.com/reference/dockerfile/#expose',),
           (),
           ('invalid containerPort',
            'invalid proto',
            'invalid port range',
            'Valid UNIX ports range from 0 to 65535',
            'invalid start port',
            'value out of range'),
           ('FROM alpine:3.22\nEXPOSE 80000\n',
            'FROM python:3.14-slim\n'
            'ARG PORT=100000\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'EXPOSE 8000 ${PORT} http\n'
            'EXPOSE 9000-8000/tcp 53/dns 65530-65540 80,81\n'
            'USER 1000\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\nEXPOSE 0 65535 1-65535/udp\n',
            'FROM node:24-slim\n'
            'ARG PORT=3000\n'
            'ARG OTHER\n'
            'ENV LAST=3010\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'EXPOSE $PORT "${OTHER}" ${PORT}-${LAST}/TCP\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           (None, None)),
 'LI622': ('A file of one layer cannot be taken back by another. ADD unpacks tar archives from the context '
           'as it goes, compressed by gzip, bzip2, xz or zstd, and the archive itself never is part of the\n'
           'image. It does not unpack zip files; a bind mount lets RUN read those without copying them. In a '
           'stage that is not shipped it costs only time.',
           ('https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives',
            'https://docs.docker.com/reference/dockerfile/#run---mounttypebind'),
           ('size',),
           ('Use ADD for extracting archives into an image',),
           ('FROM debian:13-slim\n'
            'COPY rootfs.tar.xz /tmp/\n'
            'RUN tar -xJf /tmp/rootfs.tar.xz -C / && rm /tmp/rootfs.tar.xz\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS unpacked\n'
            'ARG VERSION=2\n'
            'COPY vendor/tool-${VERSION}.tgz /opt/tool.tgz\n'
            'COPY ["models/a.zip", "/opt/models/"]\n'
            'RUN dnf install -y tar gzip unzip && dnf clean all\n'
            'RUN cd /opt && tar xzf tool.tgz\n'
            'RUN if [ -e /opt/models/a.zip ]; then unzip -q /opt/models/a.zip -d /opt/models; fi\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023\n'
            'COPY --from=unpacked /opt/tool/ /opt/tool/\n'
            'COPY bootstrap /var/runtime/\n'
            'CMD ["main"]\n'),
           ('FROM debian:13-slim AS one\n'
            'ADD rootfs.tar.xz /\n'
            'COPY data.tar.gz /srv/\n'
            'FROM debian:13-slim\n'
            'COPY --from=one /srv/data.tar.gz /srv/\n'
            'RUN tar -xzf /srv/data.tar.gz -C /srv/data\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt wheels.tar ./\n'
            'RUN dnf install -y tar gzip && dnf clean all && rm -rf /var/cache/dnf\n'
            'RUN tar -tf wheels.tar\n'
            'RUN tar -cf all.tar wheels.tar\n'
            'RUN --mount=type=bind,source=more.tar,target=/tmp/more.tar tar -xf /tmp/more.tar -C /opt\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            'ENV STAGE=test\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI623': ('A file that is replaced by an archive, or a variable that becomes an address, makes ADD do '
           'something else without a change in the Dockerfile. COPY does one thing. ADD is right for '
           'archives,\n'
           'for addresses and git repositories, and with --checksum, --unpack and --keep-git-dir. Where a '
           'variable hides what is added, or a pattern may match\n'
           'archives, nothing is said, and an ADD that brings an archive or an address may bring files '
           'along.',
           ('https://docs.docker.com/build/building/best-practices/#add-or-copy',),
           (),
           ('Use COPY instead of ADD for files and folders',),
           ('FROM alpine:3.22\nADD app.conf /etc/\n',
            'FROM eclipse-temurin:25-jre\n'
            'ARG JAR=target/app.jar\n'
            'ARG NAME\n'
            'WORKDIR /srv\n'
            'ADD ${JAR} app.jar\n'
            'ADD libs/${NAME}.jar lib.jar\n'
            'ADD --chown=1000:1000 conf/ ./conf/\n'
            'ADD ["web site", "/srv/site/"]\n'
            'ADD <<EOF /srv/message\n'
            'hello\n'
            'EOF\n'
            'USER 1000\n'
            'CMD ["java", "-jar", "app.jar"]\n'),
           ('FROM alpine:3.22\n'
            'ARG ANY\n'
            'ADD rootfs.tar.xz /\n'
            'ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d '
            'https://example.com/tool /usr/bin/\n'
            'ADD git@github.com:example/tool.git#v1 /src\n'
            'ADD --unpack=true bundle /opt/\n'
            'ADD ${ANY} /opt/\n'
            'ADD tools-${ANY} /opt/\n'
            'ADD tools-1.* deps/* /opt/\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'ADD pkg/* /opt/\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE 8000\n'
            'USER 1000\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\nCOPY app.conf /etc/\n',
            'FROM eclipse-temurin:25-jre\n'
            'ARG JAR=target/app.jar\n'
            'ARG NAME\n'
            'WORKDIR /srv\n'
            'COPY ${JAR} app.jar\n'
            'COPY libs/${NAME}.jar lib.jar\n'
            'COPY --chown=1000:1000 conf/ ./conf/\n'
            'COPY ["web site", "/srv/site/"]\n'
            'COPY <<EOF /srv/message\n'
            'hello\n'
            'EOF\n'
            'USER 1000\n'
            'CMD ["java", "-jar", "app.jar"]\n')),
 'LI624': ('The slash at the end is what makes a destination a folder. Without it BuildKit copies file after '
           'file to one and the same name if no folder of that name is there yet, without a word. The\n'
           'older builder, Podman and Kaniko refuse it. `.` and `..` are folders and need no slash in any of '
           'them; hadolint wants one there, too. A destination in a variable is judged where its value is '
           'known.',
           ('https://docs.docker.com/reference/dockerfile/#destination',),
           (),
           ('When using COPY with more than one source file, the destination must be a directory and end '
            'with a /',
            'COPY with more than 2 arguments requires the last argument to end with /'),
           ('FROM alpine:3.22\nCOPY a.txt b.txt /data\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ARG FOLDER=lib\n'
            'COPY package.json package-lock.json /var/task\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY ["a b.js", "c.js", "${FOLDER}"]\n'
            'COPY <<ONE <<TWO conf\n'
            '1\n'
            'ONE\n'
            '2\n'
            'TWO\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n'),
           ('FROM alpine:3.22\n'
            'ARG ANY\n'
            'WORKDIR /data\n'
            'COPY a.txt b.txt /data/\n'
            'COPY a.txt b.txt .\n'
            'COPY a.txt b.txt ../..\n'
            'COPY a.txt /data\n'
            'COPY a.txt b.txt ${ANY}\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY one two /var/task/lib\n'
            'COPY index.js ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            '# what the function is called\n'
            'ENV NAME=orders\n'
            '\n'
            'ENV STAGE=test\n'
            'CMD ["index.handler"]\n'),
           ('FROM alpine:3.22\nCOPY a.txt b.txt /data/\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ARG FOLDER=lib\n'
            'COPY package.json package-lock.json /var/task/\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY ["a b.js", "c.js", "${FOLDER}/"]\n'
            'COPY <<ONE <<TWO conf/\n'
            '1\n'
            'ONE\n'
            '2\n'
            'TWO\n'
            'COPY index.js ./\n'
            'CMD ["index.handler"]\n')),
 'LI625': ('--from takes the name or number of an earlier stage, a named build context, or an image. A slip '
           "in a stage's name is therefore no error of its own: Docker goes and asks Docker Hub for\n"
           'an image of that name, and takes whatever somebody has put there. References with a tag, a '
           'digest or a registry are images and fine; whether a build context has the name\n'
           'cannot be seen here. Quotes and capital letters do not matter to Docker in the name of a stage, '
           'as they do to hadolint.',
           ('https://docs.docker.com/reference/dockerfile/#copy---from',
            'https://docs.docker.com/build/building/multi-stage/'),
           (),
           ('COPY --from should reference a previously defined FROM alias',
            'pull access denied, repository does not exist',
            'cannot copy from stage, it needs to be defined before current stage',
            'invalid stage index',
            'variable expansion is not supported for --from'),
           ('FROM golang:1.25 AS builder\n'
            'COPY main.go /src/\n'
            'FROM scratch\n'
            'COPY --from=buidler /src/main.go /\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY --from=site /site/ ./site/\n'
            '\n'
            'FROM node:24-slim AS site\n'
            'WORKDIR /site\n'
            'COPY --from=7 /site/ ./seven/\n'
            'COPY --from=${OTHER} /site/ ./other/\n'
            'COPY --from=assets /site/ ./assets/\n'
            'RUN --mount=from=2,target=/two cp /two/a ./\n'
            'COPY --from=-1 /site/ ./before/\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM golang:1.25 AS builder\n'
            'COPY main.go /src/\n'
            'FROM golang:1.25\n'
            'COPY main.go /src/\n'
            'FROM scratch\n'
            'COPY --from=Builder /src/main.go /\n'
            'COPY --from=1 /src/main.go /\n'
            'COPY --from=busybox:1.37 /bin/busybox /bin/\n'
            'COPY --from=registry.example.com/tools /tool /\n',
            'FROM node:24-slim AS modules\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/docker/library/node:24-slim\n'
            'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1.0.1 /lambda-adapter '
            '/opt/extensions/lambda-adapter\n'
            'WORKDIR /app\n'
            'RUN --mount=type=bind,from=modules,source=/app,target=/modules cp -r /modules/node_modules ./\n'
            'COPY src/ ./src/\n'
            'ENV PORT=8080\n'
            'CMD ["node", "src/server.js"]\n'),
           ('FROM golang:1.25 AS builder\n'
            'COPY main.go /src/\n'
            'FROM scratch\n'
            'COPY --from=builder /src/main.go /\n',
            None)),
 'LI626': ('--from takes files from a stage that is complete. The stage that is being built is none, by its '
           'name as by its number, and the build does not begin.',
           ('https://docs.docker.com/reference/dockerfile/#copy---from',),
           (),
           ('circular dependency detected on stage', 'COPY --from cannot reference its own FROM alias'),
           ('FROM alpine:3.22 AS one\nCOPY --from=One /etc/passwd /two\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN go build -o /main ./cmd/main\n'
            '\n'
            'FROM public.ecr.aws/lambda/provided:al2023 AS function\n'
            'COPY --from=1 /main /var/runtime/bootstrap\n'
            'RUN --mount=type=bind,from=function,source=/,target=/mnt cp /mnt/etc/passwd /tmp/\n'
            'CMD ["main"]\n'),
           ('FROM alpine:3.22 AS one\n'
            'FROM alpine:3.22 AS two\n'
            'COPY --from=one /etc/passwd /two\n'
            'COPY --from=0 /etc/group /two\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY cmd/ ./cmd/\n'
            'RUN go build -o /main ./cmd/main\n'
            '\n'
            'FROM alpine:3.22 AS main\n'
            'COPY --from=build /main /main\n'
            'COPY --from=main:3.22 /etc/passwd /etc/passwd\n'
            'ENTRYPOINT ["/main"]\n'),
           (None, None)),
 'LI627': ('For teams that build on images of their own, or of registries they have agreed on. It looks at '
           'every image that a file takes anything from: FROM of each stage, COPY --from and\n'
           "RUN --mount. AWS's images for functions, images in a private ECR registry and scratch are always "
           'allowed, and what a variable hides is not judged. Without trusted-bases it says nothing.\n'
           '\n'
           'It is off unless it is asked for, because trusted-bases also serves to silence LI101; `lintimg '
           'init --from .hadolint.yaml` selects it where hadolint had trustedRegistries. Images without a\n'
           "registry are Docker Hub's: docker.io/* covers them.",
           ('https://github.com/hadolint/hadolint#configure',),
           (),
           ('Use only an allowed registry in the FROM image', 'trustedRegistries'),
           ('FROM quay.io/team/tool:1\n',
            'FROM registry.example.com/node:24 AS modules\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM docker.io/library/python:3.14-slim AS tools\n'
            'COPY --from=busybox:1.37 /bin/busybox /bin/\n'
            'RUN --mount=type=bind,from=quay.io/team/tool:1,target=/mnt cp /mnt/tool /bin/\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /app/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM quay.io/team/tool:1\n',
            'ARG OTHER\n'
            'FROM debian:13-slim AS one\n'
            'FROM library/python:3.14-slim AS two\n'
            'FROM team/python:3.14 AS three\n'
            'FROM ${OTHER} AS four\n'
            'FROM '
            'quay.io/team/tool:1@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d AS '
            'five\n'
            'FROM scratch AS six\n'
            'COPY --from=one /etc/passwd /etc/\n'
            'COPY --from=0 /etc/group /etc/\n'
            'FROM 123456789012.dkr.ecr.eu-west-1.amazonaws.com/base:7\n'
            'COPY --from=alpine:3.22 /etc/group /etc/\n'),
           (None, None)),
 'LI628': ('Docker reads an array only if it is JSON to the letter: double quotes, no comma behind the last '
           "element, no comment. Everything else is silently something else: `RUN ['true']` looks for a\n"
           "program called [true], `VOLUME ['/data']` makes a folder called ['/data']. What starts the "
           "container is LI201's.",
           ('https://docs.docker.com/reference/dockerfile/#exec-form',),
           (),
           ('not found: [', 'sh: 1: [: missing ]', 'unexpected operator'),
           ("FROM alpine:3.22\nVOLUME ['/data']\nRUN ['touch', '/data/a']\n",
            'FROM node:24-slim AS tests\n'
            'WORKDIR /app\n'
            'COPY ["package.json" "package-lock.json", "./"]\n'
            'RUN npm ci\n'
            'COPY [src/, ./src/]\n'
            'CMD ["npm", "test",]\n'
            '\n'
            'FROM node:24-slim\n'
            'HEALTHCHECK --interval=30s CMD [\'node\', "check.js"]\n'
            'COPY --from=tests /app/src/ /app/\n'
            'CMD ["node", "/app/server.js"]\n'),
           ('FROM alpine:3.22\n'
            'RUN ["touch", "/a"]\n'
            'RUN [ -f /a ] && echo there\n'
            'RUN [[ -f /a ]]\n'
            'RUN [ "$A" = "b" ] || echo c\n'
            'COPY [a-z]*.txt /data/\n'
            'VOLUME [ "/data" ]\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS base\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM base\n'
            'COPY src/ ./src/\n'
            'COPY [0-9]*.json ./\n'
            'ENV LOG_LEVEL=info\n'
            'ENV LIST="[\'a\', \'b\']"\n'
            'CMD [ "src/index.handler" ]\n'),
           ('FROM alpine:3.22\nVOLUME ["/data"]\nRUN ["touch", "/data/a"]\n',
            'FROM node:24-slim AS tests\n'
            'WORKDIR /app\n'
            'COPY ["package.json", "package-lock.json", "./"]\n'
            'RUN npm ci\n'
            'COPY ["src/", "./src/"]\n'
            'CMD ["npm", "test"]\n'
            '\n'
            'FROM node:24-slim\n'
            'HEALTHCHECK --interval=30s CMD ["node", "check.js"]\n'
            'COPY --from=tests /app/src/ /app/\n'
            'CMD ["node", "/app/server.js"]\n')),
 'LI629': ('All values of an ENV are worked out before any of them is set. `ENV A=/app B=$A/bin` leaves B as '
           '/bin, or with whatever A was before this line. A reference of a variable to itself\n'
           '(PATH=$PATH:/app) is what ENV is for and not reported, nor are variables that an earlier line of '
           'the stage, or a base image that is known (PATH), sets: they have a value.\n'
           'Single quotes keep a `$` from being a variable, which hadolint does not see.',
           ('https://docs.docker.com/reference/dockerfile/#environment-replacement',),
           (),
           ('Do not refer to an environment variable within the same ENV statement where it is defined',
            'UndefinedVar'),
           ('FROM alpine:3.22\nENV APP=/app APP_BIN=$APP/bin\n',
            'FROM registry.example.com/base:7\n'
            'WORKDIR /srv\n'
            'ENV SPARK_VERSION=4.0.1 \\\n'
            '    SPARK_HOME=/opt/spark \\\n'
            '    SPARK_CONF=${SPARK_HOME}/conf \\\n'
            '    PATH=${PATH}:${SPARK_HOME}/bin\n'
            'COPY jobs/ ./jobs/\n'
            'COPY submit.sh ./\n'
            'RUN chmod 755 submit.sh\n'
            'USER 1000\n'
            'ENTRYPOINT ["/srv/submit.sh"]\n',
            'FROM alpine:3.22\nENV BIN=$ROOT/bin ROOT=/app\n'),
           ('FROM alpine:3.22\nENV APP=/app\nENV APP_BIN=$APP/bin PATH=$PATH:$APP/bin\n',
            'FROM python:3.14-slim AS base\n'
            'ARG ROOT=/srv\n'
            'ENV HOME_FOLDER=/home/app\n'
            'WORKDIR /srv\n'
            '\n'
            'FROM base\n'
            'ENV ROOT=$ROOT DATA=${ROOT}/data\n'
            'ENV HOME_FOLDER=/home/other CONFIG=${HOME_FOLDER}/.config\n'
            'COPY app.py ./\n'
            'USER 1000\n'
            'CMD ["python", "app.py"]\n',
            'FROM alpine:3.22\nARG APP_ROOT\nENV APP=1 BIN=$APP_ROOT/bin\n'),
           ('FROM alpine:3.22\nENV APP=/app\nENV APP_BIN=$APP/bin\n',
            'FROM registry.example.com/base:7\n'
            'WORKDIR /srv\n'
            'ENV SPARK_VERSION=4.0.1 \\\n'
            '    SPARK_HOME=/opt/spark\n'
            'ENV SPARK_CONF=${SPARK_HOME}/conf \\\n'
            '    PATH=${PATH}:${SPARK_HOME}/bin\n'
            'COPY jobs/ ./jobs/\n'
            'COPY submit.sh ./\n'
            'RUN chmod 755 submit.sh\n'
            'USER 1000\n'
            'ENTRYPOINT ["/srv/submit.sh"]\n',
            None)),
 'LI630': ('A relative destination is joined to the working directory. Where the file sets none, that is the '
           "base image's, mostly /: application files end up among the system's folders, and elsewhere\n"
           "with the next base. On AWS's images for functions /var/task is part of what AWS promises, and "
           'relative destinations are how its documentation writes them.',
           ('https://docs.docker.com/reference/dockerfile/#workdir',),
           (),
           ('COPY to a relative destination without WORKDIR set',),
           ('FROM python:3.14-slim\nCOPY app.py .\nCMD ["python", "app.py"]\n',
            'FROM registry.example.com/node:24 AS modules\n'
            'ADD package.json package-lock.json ./app/\n'
            'WORKDIR /app\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY extra.js ./\n'
            '\n'
            'FROM registry.example.com/node:24\n'
            'COPY --from=modules /app/node_modules/ node_modules/\n'
            'COPY --from=modules /app/extra.js /app/\n'
            'ENV PORT=3000\n'
            'EXPOSE 3000\n'
            'CMD ["node", "/app/extra.js"]\n'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS one\n'
            'COPY app.py .\n'
            'FROM python:3.14-slim AS two\n'
            'ARG WHERE=app\n'
            'COPY app.py /srv/\n'
            'COPY app.py $WHERE\n'
            'COPY app.py C:/srv/\n',
            'FROM node:24-slim AS base\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY src/ src/\n'
            'ENV PORT=3000\n'
            'EXPOSE 3000\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           (None, None)),
 'LI631': ('Docker and Compose restart or replace containers by their HEALTHCHECK. Kubernetes and ECS have '
           'checks of their own and ignore it, and so does Lambda, for which this rule never\n'
           'speaks. It is off unless it is asked for. Only the stage that is shipped is looked at, with the '
           'stages that it is built on; hadolint also reports stages that are only there to build.',
           ('https://docs.docker.com/reference/dockerfile/#healthcheck',),
           (),
           ('HEALTHCHECK instruction missing',),
           ('FROM python:3.14-slim\nCOPY app.py /app/\nCMD ["python", "/app/app.py"]\n',
            'FROM node:24-slim AS site\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            'HEALTHCHECK CMD ["node", "check.js"]\n'
            '\n'
            'FROM nginx:1.29\n'
            'COPY --from=site /app/dist/ /usr/share/nginx/html/\n'
            'EXPOSE 80\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n',
            'FROM node:24-slim AS base\n'
            'WORKDIR /app\n'
            'HEALTHCHECK NONE\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM base\n'
            'COPY src/ ./src/\n'
            'USER node\n'
            'EXPOSE 3000\n'
            'CMD ["node", "src/server.js"]\n'),
           (None, None)),
 'LI632': ("Where an earlier line, or AWS's base image, has named the working directory, a relative WORKDIR "
           'is sound. Some teams want whole paths everywhere, as hadolint does; this rule\n'
           'is off unless it is asked for. A path that begins with a variable is judged by its value.',
           ('https://docs.docker.com/reference/dockerfile/#workdir',),
           ('style',),
           ('Use absolute WORKDIR',),
           ('FROM python:3.14-slim\nWORKDIR /app\nWORKDIR src\nCOPY app.py ./\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'WORKDIR ./src\n'
            'COPY src/ ./\n'
            'WORKDIR ..\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM python:3.14-slim\nWORKDIR /app\nWORKDIR /app/src\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG WHERE\n'
            'ENV HERE=/var/task/here\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'WORKDIR $HERE\n'
            'COPY app.py ./\n'
            'WORKDIR $WHERE\n'
            'WORKDIR /var/task\n'
            'CMD ["here/app.handler"]\n'),
           ('FROM python:3.14-slim\nWORKDIR /app\nWORKDIR /app/src\nCOPY app.py ./\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'WORKDIR /var/task/src\n'
            'COPY src/ ./\n'
            'WORKDIR ..\n'
            'CMD ["src/index.handler"]\n')),
 'LI633': ('A stage for building is there to be left behind. COPY --from=build / / brings back all of it, '
           'and where both have different systems, libraries of one overwrite those of the other. Into an '
           'empty\n'
           'image (FROM scratch) it is a way to squash layers, which is only a hint: the settings of the '
           'other image have to be repeated by hand. Some images\n'
           'are made to be laid over others (tonistiigi/xx, s6-overlay); of those that are not known to hold '
           'a system, only LI648 speaks, which is off by default. A stage that begins FROM scratch holds '
           'only what was put there, and copying all of it is not reported.',
           ('https://docs.docker.com/build/building/multi-stage/',),
           (),
           ('Do not copy an entire filesystem from another stage',),
           ('FROM debian:13 AS build\nRUN make -C /src\nFROM debian:13-slim\nCOPY --from=build / /\n',
            'FROM debian:13-slim\nCOPY --from=golang:1.25-alpine / /\n',
            'FROM python:3.14-slim AS build\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'RUN rm -rf /usr/share/doc\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build "/" "/"\n'
            'WORKDIR /app\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM debian:13 AS build\n'
            'RUN make -C /src\n'
            'FROM debian:13-slim\n'
            'COPY --from=build /usr/local/ /usr/local/\n'
            'COPY --from=build /out/ /\n'
            'COPY --from=build / /mnt/\n',
            'FROM scratch AS rootfs\n'
            'COPY rootfs/ /\n'
            'COPY app.conf /etc/\n'
            'FROM debian:13-slim\n'
            'COPY --from=rootfs / /\n',
            'FROM node:24-slim AS site\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM nginx:1.29\n'
            'COPY rootfs/ /\n'
            'COPY --from=site /app/dist/ /usr/share/nginx/html/\n'
            'EXPOSE 80\n',
            'FROM golang:1.25\nCOPY --from=registry.example.com/overlay:3 / /\n'),
           (None, None, None)),
 'LI634': ('Variables, operators and SHELL are reasons for the shell form, `exec` takes its drawback away, '
           'and a HEALTHCHECK ends of itself. Some teams want JSON everywhere, as hadolint and BuildKit do\n'
           '(BuildKit not where the file sets a SHELL, nor for HEALTHCHECK); this rule is off unless it is '
           'asked for.',
           ('https://docs.docker.com/reference/dockerfile/#shell-and-exec-form',),
           ('style',),
           ('JSONArgsRecommended', 'Use arguments JSON notation for CMD and ENTRYPOINT arguments'),
           ('FROM python:3.14-slim\nCMD exec python -m http.server $PORT\n',
            'FROM python:3.14-slim AS base\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'CMD python migrate.py && python -m http.server\n'
            '\n'
            'FROM base\n'
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'COPY app.py ./\n'
            'HEALTHCHECK --interval=30s CMD python check.py\n'
            'CMD python app.py\n'),
           ('FROM python:3.14-slim\n'
            'HEALTHCHECK CMD ["python", "check.py"]\n'
            'ENTRYPOINT ["python"]\n'
            'CMD ["app.py"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV PORT=8000\n'
            'EXPOSE 8000\n'
            'USER 1000\n'
            'HEALTHCHECK NONE\n'
            'CMD python app.py\n'),
           (None, None)),
 'LI635': ('Sources are looked for in the build context, and one that is not there ends the build. The '
           'context is that of the command line, the configuration or the infrastructure code; where it is\n'
           'not known, only paths that lead above it are reported. What builds usually make (dist/, target/, '
           '*.jar), and files that are kept out of repositories, are not reported.',
           ('https://docs.docker.com/build/concepts/context/',),
           (),
           ('failed to compute cache key',
            'failed to calculate checksum of ref',
            'COPY failed: file not found in build context',
            'COPY failed: forbidden path outside the build context',
            'not found'),
           ('FROM alpine:3.22\nCOPY requirement.txt app.py /app/\n',
            'FROM public.ecr.aws/lambda/nodejs:24 AS modules\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'COPY src/ ./src/\n'
            'COPY ../shared ./shared/\n'
            'COPY ../../common ./common/\n'
            'COPY templates ./templates/\n'
            'CMD ["src/index.handler"]\n',
            'FROM alpine:3.22\nCOPY ../shared /shared\n'),
           ('FROM alpine:3.22\n'
            'COPY app.py lib/ /app/\n'
            'COPY ./lib/*.txt /app/\n'
            'ADD https://example.com/a.txt /app/\n',
            'FROM alpine:3.22 AS unused\n'
            'COPY nowhere /\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG NAME\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY dist/app-1.0.whl model.onnx .env ./\n'
            'COPY --from=public.ecr.aws/lambda/python:3.14 /etc/nowhere ./\n'
            'COPY ${NAME} app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nCOPY requirements.txt app.py /app/\n', None, None)),
 'LI636': ('BuildKit builds only what the target needs. A stage that nothing refers to is mostly one whose '
           'COPY --from is missing, or got a wrong number when stages were added. Stages with names may be '
           'targets\n'
           'of their own (test, dev, lint); of these only names such as build and deps are reported. '
           'Skipping costs nothing, so all this is only a hint.',
           ('https://docs.docker.com/build/building/multi-stage/',),
           (),
           ('docker build skips stage', 'stage not executed buildkit'),
           ('FROM golang:1.25\nRUN go version\nFROM alpine:3.22\nCOPY tool /tool\n',
            'FROM node:24-slim AS site-build\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM node:24-slim AS tests\n'
            'COPY --from=site-build /app /app\n'
            '\n'
            'FROM nginx:1.29\n'
            'COPY dist/ /usr/share/nginx/html/\n'),
           ('FROM golang:1.25 AS build\n'
            'FROM golang:1.25\n'
            'FROM golang:1.25 AS mounted\n'
            'FROM alpine:3.22 AS base\n'
            'FROM base\n'
            'COPY --from=build /a /a\n'
            'COPY --from=1 /b /b\n'
            'RUN --mount=from=mounted,target=/m cp /m/c /c\n',
            'FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'FROM base AS test\n'
            'COPY tests/ ./tests/\n'
            'RUN python -m unittest\n'
            '\n'
            'FROM base AS shipped\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI637': ('An ARG before the first FROM is outside every stage. A stage takes it over with an ARG of the '
           'same name, without a value to keep the default. Without that the variable is unset in RUN: '
           '`curl\n'
           '.../v${VERSION}.tar.gz` asks for v.tar.gz, and `pip install "boto3==$VERSION"` fails, or worse '
           'does not. Reported is the first use in each stage. Variables that the shell sets itself,\n'
           'or the base image does, are not reported; on images that nobody here knows only arguments are '
           'that no FROM uses.',
           ('https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact',),
           (),
           ('docker ARG empty after FROM', 'ARG before FROM not available in RUN'),
           ('ARG TOOL=1.2\nFROM alpine:3.22\nRUN echo "installing $TOOL" && install-tool --version=${TOOL}\n',
            'ARG NODE=24\n'
            'ARG FLAVOR=test\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE} AS modules\n'
            'ARG FLAVOR\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force && echo $FLAVOR\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE}\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'RUN <<EOF\n'
            'set -e\n'
            'echo "${FLAVOR} on ${NODE}" > flavor\n'
            'EOF\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n'),
           ('ARG A=1\n'
            'ARG B=2\n'
            'ARG C=3\n'
            'FROM alpine:3.22 AS base\n'
            'ARG A\n'
            'RUN echo $A\n'
            'FROM base\n'
            'ENV B=2\n'
            "RUN echo $A $B && for C in 1 2; do echo $C; done && echo '$D'\n",
            'ARG PYTHON_VERSION=3.14\n'
            'ARG BASE_VERSION=7\n'
            'FROM python:${PYTHON_VERSION}-slim AS one\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN echo "$PYTHON_VERSION" > version\n'
            '\n'
            'FROM registry.example.com/base:${BASE_VERSION} AS two\n'
            'RUN echo "$BASE_VERSION" > version\n'),
           ('ARG TOOL=1.2\n'
            'FROM alpine:3.22\n'
            'ARG TOOL\n'
            'RUN echo "installing $TOOL" && install-tool --version=${TOOL}\n',
            'ARG NODE=24\n'
            'ARG FLAVOR=test\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE} AS modules\n'
            'ARG FLAVOR\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force && echo $FLAVOR\n'
            '\n'
            'FROM public.ecr.aws/lambda/nodejs:${NODE}\n'
            'COPY --from=modules /var/task/node_modules/ ./node_modules/\n'
            'ARG FLAVOR\n'
            'ARG NODE\n'
            'RUN <<EOF\n'
            'set -e\n'
            'echo "${FLAVOR} on ${NODE}" > flavor\n'
            'EOF\n'
            'COPY src/ ./src/\n'
            'CMD ["src/index.handler"]\n')),
 'LI638': ('An ENV of the same name hides the argument from all that follows. What is meant is nearly always '
           '`ARG NAME=default` and `ENV NAME=$NAME`. Not reported where a line between the\n'
           'two uses the argument.',
           ('https://docs.docker.com/reference/dockerfile/#using-arg-variables',),
           (),
           ('docker ARG overridden by ENV', 'build-arg has no effect'),
           ('FROM alpine:3.22\nARG STAGE=test\nENV STAGE=production\n',
            'FROM public.ecr.aws/lambda/nodejs:24\n'
            'ARG LOG_LEVEL\n'
            'ARG STAGE=test REGION=eu-west-1\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'ENV STAGE=${STAGE} \\\n'
            '    LOG_LEVEL=info \\\n'
            '    HOME_REGION=$REGION\n'
            'ENV REGION=eu-west-1\n'
            'CMD ["src/index.handler"]\n'),
           ('FROM alpine:3.22\n'
            'ARG STAGE=test\n'
            'ARG OTHER=1\n'
            'ENV STAGE=$STAGE\n'
            'RUN echo $OTHER > /other\n'
            'ENV OTHER=2\n',
            'FROM node:24-slim AS site\n'
            'ARG NODE_ENV=development\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN NODE_ENV=$NODE_ENV npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM nginx:1.29\n'
            'ENV NODE_ENV=production\n'
            'COPY --from=site /app/dist/ /usr/share/nginx/html/\n'),
           (None, None)),
 'LI639': ('STOPSIGNAL names what the program is sent when the container shall end, so that it can finish '
           'its work. SIGKILL and SIGSTOP are handled by the kernel; no program sees them. Docker sends '
           'SIGKILL by itself\n'
           'when the time is up, so there is nothing to be won by asking for it. Lambda looks at no '
           'STOPSIGNAL.',
           ('https://docs.docker.com/reference/dockerfile/#stopsignal',
            'https://man7.org/linux/man-pages/man7/signal.7.html'),
           (),
           ('container exits with code 137 on docker stop', 'STOPSIGNAL SIGKILL'),
           ('FROM postgres:18\nSTOPSIGNAL SIGKILL\n',
            'FROM node:24-slim AS base\n'
            'ENV STOP=sigstop\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'STOPSIGNAL 9\n'
            '\n'
            'FROM base\n'
            'COPY src/ ./src/\n'
            'STOPSIGNAL ${STOP}\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           ('FROM nginx:1.29\nSTOPSIGNAL SIGQUIT\n',
            'FROM node:24-slim\n'
            'ARG SIGNAL\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'STOPSIGNAL 15\n'
            'STOPSIGNAL ${SIGNAL}\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           (None, None)),
 'LI640': ('COPY <<EOF writes a file, but not before Docker has replaced $NAME and ${NAME} in it by ARG and '
           'ENV. A script\'s "$@" and $1, nginx\'s $uri and $host are empty afterwards. With quotes round '
           'the\n'
           'delimiter nothing is replaced. Here-documents of RUN are read by the shell, which this rule does '
           'not speak of. On base images that nobody here knows only names are reported that no image\n'
           'would set.',
           ('https://docs.docker.com/reference/dockerfile/#here-documents',),
           (),
           ('COPY heredoc variables empty', 'UndefinedVar', 'Usage of undefined variable'),
           ('FROM alpine:3.22\nCOPY --chmod=755 <<EOF /entry.sh\n#!/bin/sh\nexec "$@"\nEOF\n',
            'FROM registry.example.com/nginx:1\n'
            'ARG PORT=8080\n'
            'COPY <<-CONF /etc/nginx/conf.d/default.conf\n'
            '\tserver {\n'
            '\t    listen ${PORT};\n'
            '\t    location / {\n'
            '\t        try_files $uri $uri/ /index.html;\n'
            '\t        proxy_set_header Host $host;\n'
            '\t        root ${HTML_ROOT};\n'
            '\t    }\n'
            '\t}\n'
            '\tCONF\n'
            'COPY dist/ /usr/share/nginx/html/\n'),
           ('FROM alpine:3.22\n'
            'ARG NAME=app\n'
            "COPY <<'EOF' /entry.sh\n"
            'exec "$@"\n'
            'EOF\n'
            'COPY <<EOF /${NAME}.conf\n'
            'name = $NAME\n'
            'home = ${HOME:-/root}\n'
            'price = \\$5, $(date), 5$\n'
            'EOF\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN <<EOF\n'
            'set -e\n'
            'pip install --no-cache-dir -r requirements.txt\n'
            'for name in a b; do echo "$name"; done\n'
            'EOF\n'
            'COPY <<EOF settings.py\n'
            'ROOT = "${LAMBDA_TASK_ROOT}"\n'
            'EOF\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nCOPY --chmod=755 <<\'EOF\' /entry.sh\n#!/bin/sh\nexec "$@"\nEOF\n', None)),
 'LI641': ('syntax=, escape= and check= stand in comments at the very top. The first line that is anything '
           'else ends them, and what follows is ignored without a word: the frontend is another one than '
           'was\n'
           'asked for, or a backtick continues nothing.',
           ('https://docs.docker.com/reference/dockerfile/#parser-directives',),
           (),
           ('syntax directive ignored', 'unknown instruction after escape directive'),
           ('# sytnax=docker/dockerfile:1\nFROM alpine:3.22\n',
            '# The function that answers orders\n'
            '# syntax=docker/dockerfile:1\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '# check=skip=JSONArgsRecommended\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            '\n'
            '# escape = `\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('# syntax=docker/dockerfile:1\n# check=skip=JSONArgsRecommended\nFROM alpine:3.22\n',
            '# the syntax = what the parser takes\n'
            '# checks=ok\n'
            '# cheque=skip=all\n'
            '# escape=\\n\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '# syntax=python\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# syntax=docker/dockerfile:1 is what we had\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('# syntax=docker/dockerfile:1\nFROM alpine:3.22\n', None)),
 'LI642': ('A backslash left at the end of the last line of an instruction joins the next line to it, and '
           'blank lines and comments between do not help. What was meant as an instruction becomes a command '
           'or\n'
           'an argument: `COPY` is looked for as a program, or the file RUN is copied. Text within quotes is '
           'not looked at.',
           ('https://docs.docker.com/reference/dockerfile/#format',),
           (),
           ('COPY: not found',
            'RUN: not found',
            'ENV: not found',
            '/bin/sh: 1: COPY: not found',
            'exit code: 127'),
           ('FROM alpine:3.22\nRUN apk add --no-cache curl \\\n\nCOPY tool /tool\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt \\\n'
            '     ./ \\\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY app.py ./\n'
            'RUN useradd app && \\\n'
            '    chown app /app && \\\n'
            '# who runs it\n'
            'USER app\n'
            'CMD ["python", "app.py"]\n'),
           ('FROM alpine:3.22\n'
            'RUN psql -c "SELECT a \\\n'
            '    FROM b"\n'
            'HEALTHCHECK --interval=30s \\\n'
            '    CMD ["true"]\n'
            'ONBUILD \\\n'
            '    RUN true\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install \\\n'
            '      --no-cache-dir \\\n'
            '      -r requirements.txt\n'
            'RUN <<EOF\n'
            'cat > Dockerfile.other <<END\n'
            'FROM alpine \\\n'
            'RUN true\n'
            'END\n'
            'EOF\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\nRUN apk add --no-cache curl\n\nCOPY tool /tool\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt \\\n'
            '     ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '\n'
            'COPY app.py ./\n'
            'RUN useradd app && \\\n'
            '    chown app /app\n'
            '# who runs it\n'
            'USER app\n'
            'CMD ["python", "app.py"]\n')),
 'LI643': ('The JSON form of CMD, ENTRYPOINT, RUN and HEALTHCHECK starts the program itself. Docker does not '
           'replace variables there when it builds, and no shell does when the container starts. Nothing is '
           'said\n'
           "where a shell is among the words, where a program's own text follows (-c, -e), or where Lambda "
           'reads CMD as a handler.',
           ('https://docs.docker.com/reference/dockerfile/#variable-substitution',),
           (),
           ('CMD environment variable not expanded',
            'ENTRYPOINT variable not substituted',
            'docker exec form variable'),
           ('FROM python:3.14-slim\nCMD ["python", "-m", "http.server", "$PORT"]\n',
            'FROM eclipse-temurin:25-jre\n'
            'ARG JAR=app.jar\n'
            'WORKDIR /srv\n'
            'RUN ["mkdir", "-p", "${HOME}/data"]\n'
            'COPY build/ ./\n'
            'ENV JAVA_OPTS="-Xmx512m"\n'
            'HEALTHCHECK CMD ["curl", "--fail", "http://localhost:$PORT/"]\n'
            'EXPOSE 8080\n'
            'USER 1000\n'
            'ENTRYPOINT ["java", "$JAVA_OPTS", "-jar", "/srv/${JAR}"]\n'),
           ('FROM python:3.14-slim AS one\n'
            'CMD ["sh", "-c", "exec python -m http.server $PORT"]\n'
            'FROM python:3.14-slim AS two\n'
            'ENTRYPOINT ["/bin/bash", "-lc"]\n'
            'CMD ["python -m http.server $PORT"]\n'
            'FROM perl:5.42 AS three\n'
            'CMD ["perl", "-e", "print $ENV{HOME}; my $X = 1"]\n'
            'FROM alpine:3.22 AS four\n'
            'RUN ["awk", "{print $1}", "/etc/passwd"]\n'
            'CMD ["/bin/cost", "5$", "$0"]\n',
            'FROM public.ecr.aws/lambda/provided:al2023 AS base\n'
            'ARG NAME=main\n'
            'WORKDIR /var/task\n'
            '\n'
            'FROM base\n'
            'COPY bootstrap /var/runtime/\n'
            'ENV LOG_LEVEL=info\n'
            'RUN echo "$LOG_LEVEL" > level\n'
            'ENV STAGE=test\n'
            'CMD ["$NAME"]\n'),
           (None, None)),
 'LI644': ('For teams that want exceptions in one place. It is off unless it is asked for; '
           '--no-inline-ignores makes such comments void altogether.',
           ('https://github.com/hadolint/hadolint#inline-ignores',),
           ('style',),
           ('Please refrain from using inline ignore pragmas',),
           ('FROM alpine:3.22\n# hadolint ignore=DL3018\nRUN apk add --no-cache curl\n',
            '# tally global ignore=DL3008;reason=we rebuild daily\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            '# lintimg: ignore[LI402] the cache is wanted\n'
            'RUN pip install boto3==1.40.0\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# hadolint global ignore=DL3007\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('# hadolint is run on this file\nFROM alpine:3.22\n# ignore=all\nRUN apk add --no-cache curl\n',
            '# lintimg: target=lambda\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            '# what is ignored is in .dockerignore\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            '\n'
            'ENV STAGE=test\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI645': ('An image that begins FROM scratch holds what COPY and ADD put there and nothing else: no '
           '/bin/sh. The shell form of RUN, CMD, ENTRYPOINT and HEALTHCHECK is handed to that shell. A RUN '
           'ends the build,\n'
           'a CMD shows it only when the container starts, on Lambda as Runtime.InvalidEntrypoint, and '
           'variables in it are replaced by nobody.\n'
           '\n'
           'lintimg is silent where something may have brought the shell: an archive that ADD unpacks, a '
           'folder copied to / or /bin, a program that RUN starts in exec form.',
           ('https://docs.docker.com/build/building/base-images/#create-a-minimal-base-image-using-scratch',
            'https://docs.docker.com/reference/dockerfile/#shell-and-exec-form'),
           (),
           ('exec: "/bin/sh": stat /bin/sh: no such file or directory',
            'starting container process caused: exec: /bin/sh: no such file or directory',
            'Runtime.InvalidEntrypoint'),
           ('FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /out/server .\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n'
            'COPY --from=build /out/server /server\n'
            'EXPOSE 8080\n'
            'CMD /server --port 8080\n',
            'FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch AS base\n'
            'COPY --from=build /go/bin/server /\n'
            'RUN chmod 0755 /server\n'
            'FROM base\n'
            'HEALTHCHECK CMD /server health\n'
            'ENTRYPOINT ["/server"]\n'),
           ('FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch\n'
            'COPY --from=build /go/bin/server /server\n'
            'HEALTHCHECK CMD ["/server", "health"]\n'
            'CMD ["/server"]\n',
            'FROM scratch AS archive\n'
            'ADD rootfs.tar.xz /\n'
            'RUN apk --version\n'
            'CMD exec /init $LEVEL\n'
            '\n'
            'FROM debian:13-slim AS system\n'
            'RUN mkdir -p /rootfs\n'
            'FROM scratch AS copied\n'
            'COPY --from=system /rootfs /\n'
            'RUN ls\n'
            '\n'
            'FROM scratch AS tools\n'
            'COPY --from=busybox:1.37 /bin/busybox /bin/busybox\n'
            'RUN ["/bin/busybox", "--install", "/bin"]\n'
            'RUN ls\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=archive /init /init\n'
            'COPY --from=copied /etc /etc\n'
            'COPY --from=tools /bin /bin\n'
            'CMD exec /init $LEVEL\n'),
           ('FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /out/server .\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n'
            'COPY --from=build /out/server /server\n'
            'EXPOSE 8080\n'
            'CMD ["/server", "--port", "8080"]\n',
            'FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch AS base\n'
            'COPY --from=build /go/bin/server /\n'
            'RUN chmod 0755 /server\n'
            'FROM base\n'
            'HEALTHCHECK CMD ["/server", "health"]\n'
            'ENTRYPOINT ["/server"]\n')),
 'LI646': ('A stage FROM scratch is empty until something is copied into it. Taking a file from one that '
           'stays empty ends the build, most often because another stage was meant.',
           ('https://docs.docker.com/build/building/multi-stage/',),
           (),
           ('failed to compute cache key: not found', 'failed to calculate checksum of ref: not found'),
           ('FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch AS release\n'
            'ENV MODE=release\n'
            'FROM scratch\n'
            'COPY --from=release /go/bin/server /server\n'
            'CMD ["/server"]\n',
            'FROM scratch\n'
            'LABEL org.opencontainers.image.title=assets\n'
            '\n'
            'FROM node:24-slim AS site\n'
            'WORKDIR /site\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci\n'
            'COPY src/ ./src/\n'
            'RUN npm run build\n'
            '\n'
            'FROM nginx:1.29\n'
            'COPY --from=0 /site/dist/ /usr/share/nginx/html/\n'
            'COPY --from=site /site/dist/ /usr/share/nginx/html/\n'),
           ('FROM scratch AS files\n'
            'COPY index.html /\n'
            'FROM scratch AS more\n'
            'WORKDIR /data\n'
            'FROM files AS both\n'
            'FROM nginx:1.29\n'
            'COPY --from=both /index.html /usr/share/nginx/html/\n'
            'COPY --from=more /data /data\n',
            'FROM scratch AS nothing\n'
            'FROM nginx:1.29\n'
            'WORKDIR /site\n'
            'COPY --from=nothing . ./\n'
            'COPY --from=nothing / /site/\n'
            'COPY index.html ./\n'
            'EXPOSE 80\n'
            'STOPSIGNAL SIGQUIT\n'
            'USER nginx\n'
            'CMD ["nginx", "-g", "daemon off;"]\n'),
           (None, None)),
 'LI647': ("Docker looks a user's name up in the image's own /etc/passwd when the container starts; a number "
           'needs no file, and Kubernetes can tell only from a number that it is not root.\n'
           'On Lambda, which looks at no USER, the line does no harm.',
           ('https://docs.docker.com/reference/dockerfile/#user',),
           (),
           ('unable to find user nobody: no matching entries in passwd file',
            'container has runAsNonRoot and image has non-numeric user'),
           ('FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch\n'
            'COPY --from=build /go/bin/server /server\n'
            'USER nobody\n'
            'ENTRYPOINT ["/server"]\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /out/server . && adduser --disabled-password app\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n'
            'COPY --from=build /out/server /server\n'
            'USER app:app\n'
            'ENTRYPOINT ["/server"]\n'),
           ('FROM golang:1.25 AS build\n'
            'RUN CGO_ENABLED=0 go install github.com/example/server@v1.2.3\n'
            'FROM scratch\n'
            'COPY --from=build /etc/passwd /etc/group /etc/\n'
            'COPY --from=build /go/bin/server /server\n'
            'USER nobody:nobody\n'
            'ENTRYPOINT ["/server"]\n',
            'FROM golang:1.25 AS build\n'
            'WORKDIR /src\n'
            'COPY go.mod go.sum ./\n'
            'RUN go mod download\n'
            'COPY *.go ./\n'
            'RUN CGO_ENABLED=0 go build -o /out/server .\n'
            '\n'
            'FROM scratch\n'
            'COPY --from=build /out/server /server\n'
            'USER 65532:65532\n'
            'ENTRYPOINT ["/server"]\n'),
           (None, None)),
 'LI648': ('Some images hold nothing but files to be laid over another image, and copying their root is what '
           'they are for. Others hold a\n'
           'system, which overwrites that of the base image. The name does not tell, so this is off by '
           'default; images that are known to hold a system, and stages of the same\n'
           'file, are reported by LI633.',
           ('https://docs.docker.com/build/building/multi-stage/',),
           (),
           (),
           ('FROM golang:1.25\nCOPY --from=registry.example.com/overlay:3 / /\n',
            'FROM registry.example.com/tools:2 AS tools\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=tools "/" "/"\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'RUN python -m compileall -q app.py\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('FROM golang:1.25\nCOPY --from=registry.example.com/overlay:3 /usr/bin/ /usr/bin/\n',
            'FROM scratch AS rootfs\n'
            'COPY rootfs/ /\n'
            'COPY app.conf /etc/\n'
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY --from=rootfs / /\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI650': ('Package managers ask before they change anything. A build has no terminal, the question is '
           'answered by the end of the input, and that\n'
           'means no. apt-get asks only when it wants to bring more than the packages named, so a line '
           'without `-y` can work for\n'
           'years and fail on the day a package gets a new dependency.\n'
           '\n'
           "`-y` answers. So do `-qq` of apt-get, `APT::Get::Assume-Yes` and `assumeyes` in the managers' "
           'own settings, and answers\n'
           'that are piped in (`yes | apt-get install …`), for which nothing is said here though hadolint '
           'does. A variable that may hold the option is\n'
           "given the benefit of the doubt, microdnf asks only where it is dnf5 (on AWS's Amazon Linux 2023 "
           'images dnf is a link to an older one), and simulations (`-s`) ask nothing. '
           "DEBIAN_FRONTEND=noninteractive is no answer: it is for the packages' own questions.",
           ('https://manpages.debian.org/stable/apt/apt-get.8.en.html',
            'https://dnf.readthedocs.io/en/latest/command_ref.html',
            'https://docs.docker.com/build/building/best-practices/#apt-get'),
           ('build',),
           ('Do you want to continue? [Y/n] Abort.',
            'Is this ok [y/N]: Operation aborted.',
            'exit code: 1 apt-get install abort'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM fedora:41 AS fonts\n'
            'RUN ["dnf", "install", "dejavu-sans-fonts"]\n'
            '\n'
            'FROM opensuse/leap:15.6 AS tools\n'
            'RUN zypper refresh \\\n'
            '    && zypper in graphviz \\\n'
            '    && zypper clean --all\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN dnf install \\\n'
            '        graphviz \\\n'
            '    && dnf clean all \\\n'
            '    && rm -rf /var/cache/dnf\n'
            'COPY --from=fonts /usr/share/fonts/dejavu-sans-fonts/ /usr/share/fonts/\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM archlinux:base-20250101.0.1 AS a\n'
            'RUN pacman -Syu git && pacman -Scc --noconfirm\n'
            'FROM amazonlinux:2 AS b\n'
            'RUN amazon-linux-extras install nginx1 && yum clean all && rm -rf /var/cache/yum\n'
            'FROM mambaorg/micromamba:2.0.5\n'
            'RUN micromamba install --channel conda-forge numpy=2.1 && micromamba clean --all --yes\n',
            'FROM registry.example.com/minimal:41\nRUN microdnf install git && microdnf clean all\n'),
           ('FROM oraclelinux:9-slim AS a\n'
            'RUN microdnf install git && microdnf clean all\n'
            'FROM registry.access.redhat.com/ubi9/ubi-minimal:9.4\n'
            'RUN microdnf install git && microdnf clean all\n',
            'FROM debian:12-slim\n'
            'ARG APT_OPTIONS="-y --no-install-recommends"\n'
            'RUN apt-get update \\\n'
            '    && apt-get -y install --no-install-recommends curl \\\n'
            '    && apt-get install --no-install-recommends -yq jq \\\n'
            '    && apt-get install --no-install-recommends -qq git \\\n'
            '    && apt-get install --no-install-recommends --quiet=2 make \\\n'
            '    && apt-get install -q -q --no-install-recommends less \\\n'
            '    && apt-get install ${APT_OPTIONS} tree \\\n'
            '    && apt-get install $MORE_APT_OPTS file \\\n'
            '    && yes | apt-get install --no-install-recommends tzdata \\\n'
            '    && apt-get install --dry-run --no-install-recommends vim \\\n'
            '    && apt-get purge --assume-yes make \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'CMD ["curl", "--version"]\n',
            'FROM debian:12-slim\n'
            'RUN printf \'APT::Get::Assume-Yes "true";\\nAPT::Install-Recommends "false";\\n\' > '
            '/etc/apt/apt.conf.d/90build\n'
            'RUN apt-get update && apt-get install curl && rm -rf /var/lib/apt/lists/*\n',
            'FROM fedora:41 AS a\n'
            'RUN dnf -y install git && dnf --assumeyes groupinstall "Development Tools" && dnf list '
            'installed && dnf clean all\n'
            'FROM opensuse/leap:15.6\n'
            'RUN zypper --non-interactive install git && zypper -n rm git && zypper install -y --no-confirm '
            'jq && zypper clean --all\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM fedora:41 AS fonts\n'
            'RUN ["dnf", "install", "-y", "dejavu-sans-fonts"]\n'
            '\n'
            'FROM opensuse/leap:15.6 AS tools\n'
            'RUN zypper refresh \\\n'
            '    && zypper in -y graphviz \\\n'
            '    && zypper clean --all\n'
            '\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN dnf install -y \\\n'
            '        graphviz \\\n'
            '    && dnf clean all \\\n'
            '    && rm -rf /var/cache/dnf\n'
            'COPY --from=fonts /usr/share/fonts/dejavu-sans-fonts/ /usr/share/fonts/\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM archlinux:base-20250101.0.1 AS a\n'
            'RUN pacman -Syu --noconfirm git && pacman -Scc --noconfirm\n'
            'FROM amazonlinux:2 AS b\n'
            'RUN amazon-linux-extras install -y nginx1 && yum clean all && rm -rf /var/cache/yum\n'
            'FROM mambaorg/micromamba:2.0.5\n'
            'RUN micromamba install -y --channel conda-forge numpy=2.1 && micromamba clean --all --yes\n',
            'FROM registry.example.com/minimal:41\nRUN microdnf install -y git && microdnf clean all\n')),
 'LI651': ('apt says it itself: "apt does not have a stable CLI interface. Use with caution in scripts." '
           'Nothing has broken because of it so\n'
           'far, and the two read the same packages, so this is off by default. apt-get and apt-cache '
           'promise to stay as they are.',
           ('https://manpages.debian.org/stable/apt/apt.8.en.html',),
           ('style',),
           ('WARNING: apt does not have a stable CLI interface. Use with caution in scripts.',),
           ('FROM debian:12-slim\n'
            'RUN apt update && apt install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n',
            'FROM ubuntu:24.04\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN apt-get update \\\n'
            '    && apt policy curl \\\n'
            '    && for package in curl jq; do \\\n'
            '         apt -y install --no-install-recommends "$package"; \\\n'
            '       done \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN useradd --create-home app\n'
            'WORKDIR /home/app\n'
            'USER app\n'
            'CMD ["curl", "--version"]\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-cache policy curl && apt-get install -y --no-install-recommends curl '
            '&& rm -rf /var/lib/apt/lists/*\n',
            'FROM debian:12-slim\n'
            'RUN echo "apt install" && mkdir -p /etc/apt/keyrings && rm -rf /var/cache/apt\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM ubuntu:24.04\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN apt-get update \\\n'
            '    && apt-cache policy curl \\\n'
            '    && for package in curl jq; do \\\n'
            '         apt-get -y install --no-install-recommends "$package"; \\\n'
            '       done \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN useradd --create-home app\n'
            'WORKDIR /home/app\n'
            'USER app\n'
            'CMD ["curl", "--version"]\n')),
 'LI652': ('Each RUN starts in the folder that WORKDIR names. WORKDIR is easy to find for a reader, makes '
           'the folder when it is missing, and holds for\n'
           'COPY and CMD too. A `cd` inside a longer RUN that goes somewhere for one command (`cd /tmp/src '
           '&& make install`) is a matter of\n'
           'taste, and WORKDIR would leave the setting behind: that is why this is off by default. A `cd` '
           'that does nothing at all is LI653.\n'
           "A `cd` inside another interpreter's script is not looked at.",
           ('https://docs.docker.com/build/building/best-practices/#workdir',),
           ('style',),
           ('use WORKDIR to switch to a directory',),
           ('FROM debian:12-slim\nRUN cd /usr/src/app && git pull\n',
            'FROM golang:1.24 AS build\n'
            'COPY . /src\n'
            'RUN cd /src \\\n'
            '    && go build -o /out/app . \\\n'
            '    && cd /out \\\n'
            '    && ./app --version\n'
            '\n'
            'FROM debian:12-slim\n'
            'COPY --from=build /out/app /usr/local/bin/app\n'
            'RUN set -e; for d in a b; do (cd "$d" && ls); done\n'
            'CMD ["app"]\n'),
           ('FROM debian:12-slim\nWORKDIR /usr/src/app\nRUN git pull && make -C lib\n',
            'FROM debian:12-slim\nRUN echo "cd /app" >> /etc/profile && make --directory=/src abcd\n'),
           (None, None)),
 'LI653': ('A Dockerfile is not one shell session. Each RUN is a shell of its own, which begins in the '
           'folder of WORKDIR and ends with the\n'
           'instruction; where it ended is forgotten. What follows runs in a folder its author did not mean: '
           'files land in `/`, and `npm install` finds no\n'
           'package.json. WORKDIR is what holds from one instruction to the next.\n'
           '\n'
           'The fix is marked unsafe since it changes where everything after it runs, which is most likely '
           'what was meant.',
           ('https://docs.docker.com/reference/dockerfile/#workdir',),
           (),
           ('docker RUN cd does not work', 'dockerfile cd directory not changing'),
           ('FROM debian:12-slim\nCOPY . /srv/app\nRUN cd /srv/app\nRUN ./configure\n',
            'FROM public.ecr.aws/lambda/nodejs:22\n'
            'ARG APP=/var/task/app\n'
            'COPY package.json package-lock.json /var/task/app/\n'
            'RUN mkdir -p /var/task/app/data && \\\n'
            '    cd ${APP}\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY index.js /var/task/app/\n'
            'RUN ["sh", "-c", "cd /var/task"]\n'
            'ENV NODE_ENV=production\n'
            'CMD ["app/index.handler"]\n'),
           ('FROM debian:12-slim\n'
            'RUN cd /srv/app && make && cd ..\n'
            'RUN cd /tmp || exit 1\n'
            'RUN (cd /srv; make)\n'
            'RUN for d in a b; do make -C "$d"; cd /; done\n'
            'RUN if test -d /srv; then cd /srv; fi\n',
            'FROM debian:12-slim\nWORKDIR /srv/app\nRUN ./configure\n'),
           ('FROM debian:12-slim\nCOPY . /srv/app\nWORKDIR /srv/app\nRUN ./configure\n', None)),
 'LI654': ('A RUN leaves files behind, nothing else. Processes that it starts end with it, mounts and '
           'signals are gone, and what `ps`\n'
           'and `free` say is about the build machine. Off by default, for there are uses: a database that '
           'is started, filled and\n'
           'stopped in one RUN, or `ssh` to fetch from a private repository (better with `RUN '
           '--mount=type=ssh`).',
           ('https://docs.docker.com/reference/dockerfile/#run',),
           (),
           ('service start in Dockerfile not running',),
           ('FROM debian:12-slim\nRUN service nginx start\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends postgresql procps \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'COPY schema.sql /tmp/\n'
            'RUN service postgresql start \\\n'
            '    && psql --file /tmp/schema.sql \\\n'
            '    && service postgresql stop\n'
            'RUN top -b -n 1; free -m\n'
            'USER postgres\n'
            'CMD ["postgres"]\n'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends vim mount && rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM debian:12-slim\n'
            'RUN --mount=type=ssh mkdir -p /root/.ssh && git clone --depth=1 git@example.com:app.git '
            '/srv/app\n'),
           (None, None)),
 'LI655': ('A shell runs the lines of a here-document, and commands joined by `;`, one after the other '
           'whatever becomes of them. Only the last\n'
           "one's exit status counts, and that is often `rm -rf …`, which always succeeds. The layer without "
           'the package is cached like any other, and the\n'
           'function fails later, where it is harder to see why. `set -e` (or `RUN <<EOF` with `set -e` as '
           'its first line, or `SHELL ["/bin/bash", "-e", "-c"]`) stops\n'
           'at the first failure.\n'
           '\n'
           'Only installations are looked at, where a failure is never meant to be passed over. `||` behind '
           'it is a decision and is accepted.\n'
           'The fix is marked unsafe because commands that fail without harm today would stop the build.',
           ('https://docs.docker.com/reference/dockerfile/#here-documents',
            'https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#set'),
           ('build',),
           ('docker heredoc RUN does not stop on error', 'dockerfile RUN semicolon ignores failure'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update; apt-get install -y --no-install-recommends curl; rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN <<EOF\n'
            'dnf install -y git-core && dnf clean all\n'
            'pip install --no-cache-dir -r requirements.txt\n'
            'dnf remove -y git-core\n'
            'rm -rf /var/cache/dnf\n'
            'EOF\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM debian:12-slim AS a\n'
            'RUN set -eux; apt-get update; apt-get install -y --no-install-recommends curl; rm -rf '
            '/var/lib/apt/lists/*\n'
            'FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-e", "-o", "pipefail", "-c"]\n'
            'RUN apt-get update; apt-get install -y --no-install-recommends curl; rm -rf '
            '/var/lib/apt/lists/*\n'
            'RUN <<EOF bash -ex\n'
            'apt-get update\n'
            'apt-get install -y --no-install-recommends jq\n'
            'rm -rf /var/lib/apt/lists/*\n'
            'EOF\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update; apt-get install -y --no-install-recommends curl && rm -rf '
            '/var/lib/apt/lists/*\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends jq || true; rm -rf '
            '/var/lib/apt/lists/*\n'
            'RUN if true; then apt-get update; apt-get install -y --no-install-recommends git; fi; rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM alpine:3.22\n'
            'RUN apk add --no-cache \\\n'
            '      curl \\\n'
            '    && { echo a; echo b; } > /etc/example\n'
            'RUN apk add --no-cache jq && for f in a b; do echo "$f"; touch "$f"; done\n'
            'RUN apk add --no-cache git && (echo a; echo b)\n'),
           ('FROM debian:12-slim\n'
            'RUN set -e; apt-get update; apt-get install -y --no-install-recommends curl; rm -rf '
            '/var/lib/apt/lists/*\n',
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'COPY requirements.txt ./\n'
            'RUN <<EOF\n'
            'set -e\n'
            'dnf install -y git-core && dnf clean all\n'
            'pip install --no-cache-dir -r requirements.txt\n'
            'dnf remove -y git-core\n'
            'rm -rf /var/cache/dnf\n'
            'EOF\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n')),
 'LI656': ('`RUN curl https://example.com/install.sh | sh` succeeds when the server is down: curl fails, sh '
           'runs an empty script and is content. The layer is\n'
           'cached, and the image lacks what should have been installed. With `-o pipefail` the pipe fails '
           "if any of its commands does. bash and BusyBox's ash know\n"
           "the option, Debian's dash (its /bin/sh) only in recent releases, which is why SHELL is the usual "
           'place for it; SHELL holds for the\n'
           'instructions after it and for stages built on this one, whatever hadolint says of the latter.\n'
           '\n'
           'Programs such as tar, gunzip and sha256sum fail on an empty or cut input by themselves: a hint '
           'then. Nothing is said of pipes that begin with\n'
           '`echo`, `printf`, `yes`, or with programs that only look at the system (LI657 speaks of those, '
           'off by default), of pipes followed by `||`, after `set -o pipefail` in the same RUN,\n'
           'and of scripts for other interpreters than a POSIX shell. `head` at the end closes the pipe on '
           'purpose.\n'
           '\n'
           'The fix is marked unsafe: a pipe that always failed unseen becomes visible.',
           ('https://docs.docker.com/build/building/best-practices/#using-pipes',
            'https://www.gnu.org/software/bash/manual/bash.html#Pipelines'),
           ('build',),
           ('curl | sh docker build succeeds although download failed',
            'set -o pipefail Illegal option -o pipefail'),
           ('FROM debian:12-slim\nRUN wget -qO- https://example.com/setup | tee /tmp/setup\n',
            'FROM alpine:3.22 AS build\n'
            'RUN apk add --no-cache curl jq\n'
            'RUN curl -fsSL https://example.com/app.tar.gz | tar -xz -C /opt\n'
            'RUN VERSION=$(curl -fsSL https://example.com/latest | jq -r .tag) \\\n'
            '    && echo "$VERSION" > /opt/version\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /opt /opt\n'
            'RUN echo "app:x:1000:1000::/home/app:/bin/sh" | cat >> /etc/passwd\n'
            'USER app\n'
            'CMD ["/opt/app"]\n'),
           ('FROM debian:12-slim AS base\n'
            'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\n'
            'RUN curl -fsSL https://example.com/a | tee /tmp/a\n'
            'FROM base\n'
            'RUN curl -fsSL https://example.com/b | tee /tmp/b\n'
            'FROM fedora:41\n'
            'RUN set -o pipefail && curl -fsSL https://example.com/c | tee /tmp/c\n'
            "RUN bash -o pipefail -c 'curl -fsSL https://example.com/c | tee /tmp/d'\n"
            "RUN mkdir /tmp/e && bash -euo pipefail -c 'curl -fsSL https://example.com/e | tee /tmp/e/e'\n",
            'FROM debian:12-slim\n'
            'RUN echo "debconf debconf/frontend select Noninteractive" | debconf-set-selections\n'
            'RUN yes | ./configure --ask\n'
            'RUN curl -fsSL https://example.com/optional | tee /tmp/a || true\n'
            'RUN ["curl", "https://example.com/?a|b"]\n',
            'FROM mcr.microsoft.com/windows/servercore:ltsc2022\n'
            'SHELL ["powershell", "-Command"]\n'
            'RUN Get-Content a.txt | Out-File b.txt\n'),
           ('FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'RUN wget -qO- https://example.com/setup | tee /tmp/setup\n',
            'FROM alpine:3.22 AS build\n'
            'RUN apk add --no-cache curl jq\n'
            'SHELL ["/bin/ash", "-eo", "pipefail", "-c"]\n'
            'RUN curl -fsSL https://example.com/app.tar.gz | tar -xz -C /opt\n'
            'RUN VERSION=$(curl -fsSL https://example.com/latest | jq -r .tag) \\\n'
            '    && echo "$VERSION" > /opt/version\n'
            '\n'
            'FROM alpine:3.22\n'
            'COPY --from=build /opt /opt\n'
            'RUN echo "app:x:1000:1000::/home/app:/bin/sh" | cat >> /etc/passwd\n'
            'USER app\n'
            'CMD ["/opt/app"]\n')),
 'LI657': ('Those pipes of which LI656 says nothing because their first commands hardly fail (`echo x | '
           'passwd --stdin`, `find … | xargs`),\n'
           'for those who want pipefail set before any pipe. Off by default. One finding a RUN, and none '
           'where LI656 has one. `set -o pipefail` in the RUN itself is accepted,\n'
           "and so is a SHELL that a stage inherits, both unlike hadolint's rule; so is pipefail for zsh and "
           'dash, and a `|` in the JSON form, which is no pipe.',
           ('https://docs.docker.com/build/building/best-practices/#using-pipes',),
           ('style',),
           (),
           ('FROM debian:12-slim\nRUN echo root:x | chgpasswd\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends ca-certificates file \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            "RUN find /usr -name '*.so' -print0 \\\n"
            '    | xargs -0 strip\n'
            "RUN ldd /bin/ls | awk '{print $3}' > /tmp/libraries; true\n"
            'WORKDIR /srv\n'
            'COPY run ./\n'
            'CMD ["./run"]\n'),
           ('FROM debian:12-slim\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN echo root:x | chgpasswd\n',
            'FROM debian:12-slim\nRUN test -d /srv || mkdir /srv; echo "a | b"\n'),
           (None, None)),
 'LI658': ('Either does what the other does. Where the base image has only one of them the other has to be '
           'installed, with libraries of\n'
           'its own. Off by default: many images have both, and then it is a question of style. Each RUN of '
           'a stage is named from the one on in which both have been called.',
           ('https://docs.docker.com/build/building/best-practices/',),
           ('style',),
           ('either wget or curl but not both',),
           ('FROM debian:12-slim\nRUN wget -q https://example.com/a && curl -fsSLO https://example.com/b\n',
            'FROM debian:12-slim AS other\n'
            'RUN wget -q https://example.com/a\n'
            '\n'
            'FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends ca-certificates curl wget \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN curl -fsSLO https://example.com/b\n'
            'RUN echo nothing\n'
            'RUN wget -q https://example.com/c\n'
            'RUN curl -fsSLO https://example.com/d\n'),
           ('FROM debian:12-slim AS a\n'
            'RUN wget -q https://example.com/a\n'
            'FROM debian:12-slim\n'
            'RUN curl -fsSLO https://example.com/b\n'
            'COPY --from=a /a /a\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends curl wget && rm -rf '
            '/var/lib/apt/lists/*\n'
            'RUN curl -fsSLO https://example.com/b\n'),
           (None, None)),
 'LI659': ('A download of 500 MB fills the log with thousands of lines, between which an error is hard to '
           'find. Off by default since it does\n'
           "the image no harm. The fix is marked unsafe because BusyBox's wget (Alpine) does not know "
           '`--progress`.',
           ('https://www.gnu.org/software/wget/manual/wget.html',),
           ('style',),
           ('wget progress bar docker build log',),
           ('FROM debian:12-slim\nRUN wget https://example.com/app.tar.gz\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends ca-certificates wget \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN wget -qO /tmp/a https://example.com/a \\\n'
            '    && wget --quiet https://example.com/b \\\n'
            '    && wget -O /tmp/c -c https://example.com/c \\\n'
            '    && wget -nv https://example.com/d\n'
            'CMD ["cat", "/tmp/a"]\n'),
           ('FROM debian:12-slim\n'
            'RUN wget -q https://example.com/a && wget --no-verbose https://example.com/b && wget '
            '--progress=bar:force https://example.com/c\n'
            'RUN wget -o /tmp/log https://example.com/d && wget --append-output=/tmp/log '
            'https://example.com/e\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update && apt-get install -y --no-install-recommends wget && rm -rf '
            '/var/lib/apt/lists/*\n'),
           ('FROM debian:12-slim\nRUN wget --progress=dot:giga https://example.com/app.tar.gz\n',
            'FROM debian:12-slim\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends ca-certificates wget \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN wget -qO /tmp/a https://example.com/a \\\n'
            '    && wget --quiet https://example.com/b \\\n'
            '    && wget --progress=dot:giga -O /tmp/c -c https://example.com/c \\\n'
            '    && wget -nv https://example.com/d\n'
            'CMD ["cat", "/tmp/a"]\n')),
 'LI660': ("Every upgraded package is in the image twice, once in the base's layer and once in this one. The "
           "builder's cache keeps the layer, so\n"
           'that the upgrade happens once and never again until something above it changes: as a means for '
           'security updates it is weak.\n'
           'Base images that are maintained are rebuilt when it matters; `docker build --pull` takes the '
           'newest.\n'
           '\n'
           "Off by default, since opinions differ: Docker's documentation used to advise against it and does "
           'not any more. An upgrade of packages that are named is\n'
           'not meant. `zypper dist-upgrade` changes the release as well.',
           ('https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often',
            'https://pythonspeed.com/articles/security-updates-in-docker/'),
           ('reproducibility', 'size'),
           ('apt-get dist-upgrade dockerfile', 'do not use zypper dist-upgrade'),
           ('FROM debian:12-slim\n'
            'RUN apt-get update && apt-get -y dist-upgrade && apt-get install -y --no-install-recommends '
            'curl && rm -rf /var/lib/apt/lists/*\n',
            'FROM opensuse/leap:15.6 AS a\n'
            'RUN zypper --non-interactive dup && zypper clean --all\n'
            'FROM alpine:3.22 AS b\n'
            'RUN apk --no-cache upgrade\n'
            'FROM public.ecr.aws/lambda/python:3.13\n'
            'RUN dnf -y update \\\n'
            '    && dnf -y install git-core \\\n'
            '    && dnf clean all \\\n'
            '    && rm -rf /var/cache/dnf\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM fedora:41\nRUN dnf -y upgrade openssl && dnf -y install git && dnf clean all\n',
            'FROM python:3.13-slim\n'
            'RUN pip install --no-cache-dir --upgrade pip && apt-get update && apt-get install -y '
            '--no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n'),
           (None, None)),
 'LI661': ('Debian 12 and Ubuntu 24.04 are the last releases with apt-key. A build on a later base ends with '
           '"apt-key: not found". Its keys\n'
           'are trusted for whatever repository, so that the owner of one can replace packages of all '
           'others; `signed-by` limits a key\n'
           'to its own repository. apt reads armoured keys (`.asc`) as they are, gpg is no longer needed for '
           'it.',
           ('https://manpages.debian.org/bookworm/apt/apt-key.8.en.html',
            'https://wiki.debian.org/DebianRepository/UseThirdParty'),
           (),
           ('apt-key: not found',
            'Warning: apt-key is deprecated. Manage keyring files in trusted.gpg.d instead (see '
            'apt-key(8)).'),
           ('FROM debian:12-slim\n'
            'RUN curl -fsSL -o /tmp/key.asc https://example.com/key.asc && apt-key add /tmp/key.asc\n',
            'FROM ubuntu:22.04\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends ca-certificates gnupg \\\n'
            '    && apt-key adv --keyserver keyserver.ubuntu.com --recv-keys 0123456789ABCDEF \\\n'
            '    && echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list '
            '\\\n'
            '    && apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends example \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'CMD ["example"]\n'),
           ('FROM debian:12-slim\n'
            'ADD https://example.com/key.asc /etc/apt/keyrings/example.asc\n'
            'RUN echo "deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/apt stable main" > '
            '/etc/apt/sources.list.d/example.list\n',
            'FROM debian:12-slim\nRUN apt-key list && rm -rf /etc/apt/trusted.gpg.d/apt-key.gpg\n'),
           (None, None)),
 'LI662': ('Who needs a shell in a container gets one from the engine that runs it, without a server, a port '
           'and keys in the image. Where SSH is what the container is for, as with a git server or a\n'
           'place for files, it is right; that is why the rule is off unless it is asked for.',
           ('https://avd.aquasec.com/misconfig/docker/general/avd-ds-0004/',),
           (),
           ('Port 22 exposed', 'Ensure port 22 is not exposed'),
           ('FROM debian:13-slim\nEXPOSE 22\n',
            'FROM node:24-slim\n'
            'ARG PORTS=20-25\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'EXPOSE 8080 22/tcp\n'
            'EXPOSE ${PORTS}\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           ('FROM debian:13-slim\nEXPOSE 2222 80-90\n',
            'FROM node:24-slim\n'
            'WORKDIR /app\n'
            'COPY package.json package-lock.json ./\n'
            'RUN npm ci --omit=dev && npm cache clean --force\n'
            'COPY src/ ./src/\n'
            'ARG PORT\n'
            'EXPOSE 22/udp ${PORT}\n'
            'USER node\n'
            'CMD ["node", "src/server.js"]\n'),
           (None, None)),
 'LI663': ('SHELL says which shell runs RUN and the shell forms of CMD and ENTRYPOINT, for this stage and '
           'those built on it. A link in place of /bin/sh\n'
           'also changes what scripts of the distribution are run by, makes them slower, and the next update '
           'of the package that owns it may\n'
           'undo it. Off by default: it works for most.',
           ('https://docs.docker.com/reference/dockerfile/#shell',),
           (),
           ('ln -sf /bin/bash /bin/sh dockerfile',),
           ('FROM debian:12-slim\nRUN ln -sf /bin/bash /bin/sh\n',
            'FROM ubuntu:24.04\n'
            'ENV DEBIAN_FRONTEND=noninteractive\n'
            'RUN apt-get update \\\n'
            '    && apt-get install -y --no-install-recommends bash \\\n'
            '    && rm -rf /var/lib/apt/lists/*\n'
            'RUN rm /bin/sh && ln -s "/bin/bash" "/bin/sh"\n'
            'WORKDIR /srv\n'
            'COPY run.sh ./\n'
            'RUN source /etc/os-release && echo "$NAME"\n'
            'CMD ["./run.sh"]\n'),
           ('FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'RUN source /etc/os-release && echo "$NAME"\n',
            'FROM debian:12-slim\nRUN ln -s /bin/sh-static /usr/local/bin/sh && /bin/sh -c true\n'),
           (None, None)),
 'LI664': ('Keys begin and end with a lower-case letter or digit and hold lower-case letters, digits, single '
           'dots and hyphens; underscores and slashes are let through, for whole ecosystems use them.\n'
           '`com.docker.`, `io.docker.` and `org.dockerproject.` are reserved, but for what extensions of '
           'Docker Desktop are asked to set. Docker itself takes any key: a matter of style, off by default.',
           ('https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations',),
           ('labels',),
           ('Invalid label key',),
           ('FROM debian:12-slim\n'
            'LABEL Maintainer="a" +x=1 \\\n'
            '      com.docker.thing=2\n'
            'LABEL a..b=1 c--d=2 e-=3\n'
            'LABEL "two words"=x\n'
            'LABEL 1a=x\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL org.opencontainers.image.title=orders \\\n'
            '      org.opencontainers.image.source="https://github.com/acme/orders" \\\n'
            '      Team="orders" \\\n'
            '      com.acme.tier=1\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM debian:12-slim\n'
            'ARG KEY\n'
            'LABEL org.opencontainers.image.title="x" com.acme.some-key=1 a1=2 '
            'traefik.http.routers.app_1.rule=x ${KEY}=y\n'
            'LABEL com.docker.desktop.extension.icon=x org.label-schema.name=y\n',
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'),
           (None, None)),
 'LI665': ('Registries, scanners and update bots read labels: the source to link to, the time of the build, '
           'the licence. A value they cannot read is as good as none.\n'
           '\n'
           'Checked are the labels that `label-schema` in `.lintimg.yaml` gives a kind (`label-schema: '
           '{com.acme.team: text, com.acme.commit: hash}`; the kinds are text, url, rfc3339, semver, hash, '
           'spdx and email), and as info those whose kind OCI fixes:\n'
           '`org.opencontainers.image.` created, url, documentation, source and licenses. Values that a '
           'build argument without a default hides are not judged. For `spdx` whole expressions count (`MIT '
           'OR Apache-2.0`), and a semantic version may begin with v.',
           ('https://github.com/opencontainers/image-spec/blob/main/annotations.md',
            'https://spdx.org/licenses/'),
           ('labels',),
           ('Label is not a valid URL',
            'Label is not a valid SPDX identifier',
            'Label does not conform to semantic versioning'),
           ('FROM debian:12-slim\n'
            'LABEL author=me created=yesterday \\\n'
            '      home="not a url" \\\n'
            '      license="MIT AND" \\\n'
            '      commit=main release=1.2 \\\n'
            '      team=""\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG LICENSE="Apache 2"\n'
            'LABEL org.opencontainers.image.title="orders" \\\n'
            '      org.opencontainers.image.licenses=${LICENSE} \\\n'
            '      org.opencontainers.image.created="2026-13-01T00:00:00Z" \\\n'
            '      org.opencontainers.image.source="github.com/acme/orders"\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           ('FROM debian:12-slim\n'
            'ARG COMMIT\n'
            'ARG CREATED\n'
            'LABEL author=me@example.com created=2026-11-23T12:00:00.5+01:00 home=https://example.com/a \\\n'
            '      license="(MIT OR Apache-2.0) AND GPL-2.0-or-later WITH Classpath-exception-2.0" \\\n'
            '      release=v1.2.3-rc.1+5 team="orders and bills"\n'
            'LABEL commit=${COMMIT}\n'
            'LABEL created=${CREATED}\n'
            'LABEL commit=3f773d8 license=LicenseRef-Acme other=""\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL org.opencontainers.image.source="https://github.com/acme/orders" \\\n'
            '      org.opencontainers.image.licenses="Apache-2.0" \\\n'
            '      org.opencontainers.image.version="trixie" \\\n'
            '      org.opencontainers.image.created=""\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI666': ('`label-schema: {com.acme.team: text, org.opencontainers.image.source: url}` in `.lintimg.yaml` '
           'names the labels that every shipped image must have; with `strict-labels: true` it may have no '
           'others. Without these keys\n'
           'the rule says nothing. A label of any stage that the shipped one builds on counts. LI665 looks '
           'at the values.',
           ('https://docs.docker.com/engine/manage-resources/labels/',),
           ('labels',),
           ('Label is missing', 'Superfluous label(s) present'),
           ('FROM public.ecr.aws/lambda/python:3.14 AS base\n'
            'LABEL com.acme.team="orders"\n'
            'FROM base AS build\n'
            'LABEL com.acme.source="https://github.com/acme/orders"\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir --target /packages -r requirements.txt\n'
            'FROM base\n'
            'COPY --from=build /packages ./\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\nLABEL com.acme.team=orders com.acme.tier=1\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL com.acme.team=orders com.acme.tier=1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'LABEL whatever=1\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI670': ('Exec form hands its words to the program as they are. Quotes that hold a word together in a '
           'shell are a part of it here, so that `["nginx", "-g", "\'daemon off;\'"]` ends with an unknown '
           'directive. Nothing is said\n'
           'where a shell is among the words, which takes them away after all, nor of double quotes, which '
           'may be what the program wants (JSON).',
           ('https://docs.docker.com/reference/dockerfile/#exec-form',),
           (),
           ('nginx: [emerg] unexpected end of parameter, expecting ";" in command line',
            'unknown directive "\'daemon" in command line'),
           ('FROM nginx:1.29-alpine\nCMD ["nginx", "-g", "\'daemon off;\'"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN ["python", "-c", "\'import awslambdaric\'"]\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           ('FROM alpine:3.22\n'
            'RUN ["sh", "-c", "\'true\'"]\n'
            'ENTRYPOINT ["tool", "--value", "\\"text\\"", "--expression", "\'a\' + \'b\'"]\n',
            'FROM public.ecr.aws/lambda/python:3.14\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            "RUN python -c 'import app'\n"
            'LABEL description="\'quoted\'"\n'
            'ENV MESSAGE="\'hello\'"\n'
            'COPY app.py ./\n'
            'COPY data/ ./data/\n'
            'ENV LOG_LEVEL=info\n'
            'CMD ["app.handler"]\n'),
           ('FROM nginx:1.29-alpine\nCMD ["nginx", "-g", "daemon off;"]\n',
            'FROM python:3.14-slim\n'
            'WORKDIR /app\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt\n'
            'RUN ["python", "-c", "import awslambdaric"]\n'
            'COPY app.py ./\n'
            'ENV LOG_LEVEL=info\n'
            'ENTRYPOINT ["python", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n')),
 'LI700': ('ShellCheck knows some four hundred mistakes of shell scripts. Where it is installed (`pip '
           "install 'lintimg[shellcheck]'`, or a `shellcheck` on the PATH), it reads every RUN as the shell "
           'does that will run it: with\n'
           'continuations joined, here-documents as they are, and the shell that SHELL or a `#!` line names. '
           '`/bin/sh` is taken for what it is in the image: bash on Amazon Linux, dash on Debian and Ubuntu, '
           'BusyBox on\n'
           "Alpine; on a base that is not known, remarks on bash's own syntax are info. PowerShell, cmd, "
           'Python and their like are left alone. All files are read in one process; `--shellcheck off` does '
           'without, `on` insists.\n'
           '\n'
           'Its errors and warnings are warnings here, its info and style remarks info. Each keeps its code: '
           '`--ignore SC2086`, `--select SC2086`, `# hadolint ignore=SC2086`, `# lintimg: ignore[SC2086]` '
           'and\n'
           '`# shellcheck disable=SC2086` mean that one. Off are those that make no sense in a RUN: a '
           'missing `#!` line (SC2148), sourced files that only the image has (SC1090, SC1091), and what the '
           'variables of ARG and ENV\n'
           'settle: a name that is set there is not unassigned (SC2154), and what they hold needs no quotes '
           'as long as no blank stands in it (SC2086). Scripts\n'
           'of more than 400 commands, or with substitutions nested deeper than five, would take it minutes '
           'and are left out.',
           ('https://www.shellcheck.net/wiki/', 'https://github.com/hadolint/hadolint#rules'),
           ('shell',),
           ('Double quote to prevent globbing and word splitting', 'shellcheck dockerfile RUN'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG TARGET\n'
            '# for the layers\n'
            'COPY requirements.txt ./\n'
            'RUN pip install --no-cache-dir -r requirements.txt \\\n'
            '    # into a folder of its own\n'
            '    && touch $HOME/a && \\\n'
            '    cd "$TARGET" && \\\n'
            '    for name in $(ls *.py); do echo $name; done\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'RUN <<EOF\n'
            'set -e\n'
            '[[ -f /etc/motd ]] && rm /etc/motd\n'
            'EOF\n'
            'RUN <<EOF\n'
            '#!/bin/bash\n'
            'set -e\n'
            '[[ -f /etc/issue ]] && rm /etc/issue\n'
            'echo $missing_name\n'
            'EOF\n'
            'SHELL ["/bin/bash", "-c"]\n'
            'RUN cd /tmp; touch a\n'),
           ('FROM public.ecr.aws/lambda/python:3.14\n'
            'ARG version=1.2.3\n'
            'ENV tool_home=/opt/tool\n'
            'COPY requirements.txt ./\n'
            'RUN [[ -d /opt ]] && source /etc/os-release && echo $version "$ID" \\\n'
            '    && pip install --no-cache-dir -r requirements.txt\n'
            'RUN mkdir -p $tool_home && chmod 755 ${tool_home}\n'
            'COPY app.py ./\n'
            'CMD ["app.handler"]\n',
            'FROM debian:12-slim\n'
            'SHELL ["/bin/bash", "-e", "-c"]\n'
            'RUN cd /tmp; touch a\n'
            'RUN ["echo", "$missing", "`ls`"]\n'
            '# hadolint ignore=SC2154,SC2086\n'
            'RUN echo $missing\n'
            '# shellcheck disable=SC2045\n'
            'RUN for name in $(ls); do touch "/tmp/$name"; done\n'
            'SHELL ["/bin/sh", "-c"]\n'
            'RUN folder=/srv set -x && touch "$folder/a"\n'
            'RUN <<EOF\n'
            '#!/usr/bin/env python3\n'
            'print("[[ $a" for a in [1])\n'
            'EOF\n'
            'SHELL ["pwsh", "-Command"]\n'
            'RUN Get-ChildItem $Env:PATH | % { echo $_ }\n'),
           (None, None)),
 'LI801': ('Lambda takes a single image manifest (Docker v2 schema 2 or OCI 1.0) for one architecture. Since '
           'buildx 0.10 a build adds a\n'
           'provenance attestation, which makes an index of what is pushed; with the containerd image store, '
           'the default from Docker 29\n'
           'on, plain docker build does so, too. The function cannot be created or updated from such a tag.\n'
           '\n'
           'The variable BUILDX_NO_DEFAULT_ATTESTATIONS=1 has the effect of --provenance=false for every '
           'build.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
            'https://github.com/docker/buildx/issues/1533'),
           ('deploy',),
           ('The image manifest, config or layer media type for the source image is not supported',
            'InvalidParameterValueException'),
           ("(on top of what AWS's python base image holds)\n"
            'manifest: index-type application/vnd.oci.image.index.v1+json\n'
            'manifest: attestations 1\n'
            'manifest: platforms ["linux/amd64"]\n'
            'layer 0: COPY app.py /var/task/\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'manifest: index-type application/vnd.docker.distribution.manifest.list.v2+json\n'
            'manifest: platforms ["linux/amd64", "linux/arm64"]\n'
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY app.py /var/task/\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'manifest: media-type application/vnd.docker.distribution.manifest.v2+json\n'
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/lib.py\n'
            'CMD ["lib.handler"]\n'),
           (None, None)),
 'LI802': ('Lambda counts the uncompressed bytes of all layers, so a file that a later layer deletes still '
           'counts. The limit is 10 GiB\n'
           "(10,737,418,240 bytes); AWS's pages say 10 GB, which is where the warning starts. max-size in "
           'the configuration sets a limit\n'
           "of the team's own. Large images also take longer to push, and to be made ready after an update.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('deploy',),
           ('Image size is larger than the maximum', 'InvalidImage'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: RUN fetch-weights\n'
            '  -rw-r--r-- 9000000000 /opt/weights.bin\n'
            '  -rw-r--r-- 3000000000 /opt/more.bin\n'
            'layer 1: RUN rm /opt/more.bin\n'
            '  -rw-r--r--         0 /opt/.wh.more.bin\n'
            'layer 2\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r-- 10200000000 /opt/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r-- 900000000 /opt/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r-- 900000000 /opt/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r-- 900000000 /opt/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None, None)),
 'LI803': ("Lambda reads the manifest whenever it prepares the function, and AWS's documentation asks for "
           'less than 25,400 bytes. Some\n'
           '170 bytes go to every layer, the rest mostly to annotations. More than 127 layers cannot be '
           "unpacked by Docker's engine.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           (),
           ('max depth exceeded',),
           ("(on top of what AWS's python base image holds)\n"
            'manifest: bytes 31000\n'
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's nodejs base image holds)\n"
            'manifest: bytes 25401\n'
            'layer 0: COPY index.js /var/task/\n'
            '  -rw-r--r--        33 /var/task/index.js\n'
            'CMD ["index.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'manifest: bytes 25399\n'
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI804': ('A function runs on x86_64 or on arm64, as it was created, and its image must be for that one. An '
           'image that was built on an\n'
           "Arm Mac without --platform is for arm64; a program that was compiled for the builder's processor "
           'and copied into an image\n'
           'for the other is only noticed when it is started.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html',),
           ('deploy',),
           ('exec format error', 'Runtime.InvalidEntrypoint', 'IMAGE Launch error'),
           ("(on top of what AWS's provided base image holds)\n"
            'architecture: arm\n'
            'layer 0\n'
            '  -rwxr-xr-x        20 /var/runtime/bootstrap\n'
            'CMD ["function"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'os: windows\n'
            'layer 0\n'
            '  -rwxr-xr-x        20 /var/runtime/bootstrap\n'
            'CMD ["function"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0: COPY --from=build /out/bootstrap /main\n'
            '  -rwxr-xr-x       680 /main\n'
            'ENTRYPOINT ["/main"]\n'),
           ("(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        20 /var/runtime/bootstrap\n'
            'CMD ["function"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'architecture: \n'
            'layer 0\n'
            '  -rwxr-xr-x        20 /var/runtime/bootstrap\n'
            'CMD ["function"]\n'),
           (None, None, None)),
 'LI805': ("AWS's base images start /lambda-entrypoint.sh, which takes exactly one argument: the handler, in "
           "the form that the language's\n"
           'runtime reads. This is what the finished image really says, with what base images, build '
           'arguments and later stages made of it.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('deploy',),
           ('entrypoint requires the handler name to be the first argument',
            'exit status 142',
            'Runtime.HandlerNotFound'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY app.py /var/task/\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["/bin/sh", "-c", "app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["uvicorn", "app:app"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.py"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        20 /var/runtime/bootstrap\n'
            'CMD ["bootstrap"]\n'),
           (None, None, None, None)),
 'LI806': ('Lambda starts what ENTRYPOINT and CMD say as a user without rights. A name that is not there, a '
           'file that others may not\n'
           'execute, a script saved on Windows, an interpreter that a slim base image lacks: all end the '
           'function before its first line,\n'
           "most with the same words. The files are those of the finished image, with every layer's "
           'deletions.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-images.html',),
           ('deploy',),
           ('fork/exec no such file or directory',
            'fork/exec permission denied',
            'Runtime.InvalidEntrypoint',
            "Couldn't find valid bootstrap"),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY entry.sh /entry.sh\n'
            '  -rwxr--r--        42 /entry.sh\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        44 /entry.sh\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        20 /srv/main\n'
            'layer 1: RUN rm -r /srv\n'
            '  -rw-r--r--         0 /.wh.srv\n'
            'ENTRYPOINT ["/srv/main"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        25 /entry.sh\n'
            'ENTRYPOINT ["/entry.sh"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0: COPY --from=build /out/main /main\n'
            '  -rwxr-xr-x       800 /main\n'
            'ENTRYPOINT ["/main"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x       872 /main\n'
            'ENTRYPOINT ["/main"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        44 /entry.sh\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'ENTRYPOINT ["/entry.sh"]\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  lrwxrwxrwx         0 /usr/local/bin/start -> ../lib/start.sh\n'
            '  -rwxr-xr-x        49 /usr/local/lib/start.sh\n'
            'ENTRYPOINT ["start"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x       680 /main\n'
            'ENTRYPOINT ["/main"]\n'),
           (None, None, None, None, None, None)),
 'LI807': ("The runtime imports the handler's module from the task root, from the working directory and from "
           'the folders of variables\n'
           'such as PYTHONPATH. Whether it is there is known for the finished image alone: with what '
           '.dockerignore kept back, what\n'
           'stages copied and what later layers deleted. Functions are looked for in files whose text tells; '
           'where it does not,\n'
           'nothing is said.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html',),
           ('deploy',),
           ('Runtime.ImportModuleError',
            "Unable to import module 'app': No module named 'app'",
            'Runtime.HandlerNotFound',
            "Handler 'handler' missing on module 'app'"),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY . /app\n'
            '  -rw-r--r--        42 /app/app.py\n'
            '  -rw-r--r--         6 /app/requirements.txt\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's nodejs base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        33 /var/task/Index.js\n'
            'CMD ["index.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0: COPY src /var/task/src\n'
            '  -rw-r--r--        49 /var/task/src/app.py\n'
            'CMD ["src.app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--         0 /var/task/src/__init__.py\n'
            '  -rw-r--r--        26 /var/task/src/app.py\n'
            'CMD ["src.app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /srv/lib/app.py\n'
            'ENV ["PYTHONPATH=/srv/lib"]\n'
            'CMD ["app.handler"]\n',
            'layer 0\n'
            '  -rwxr-xr-x       680 /usr/bin/python3\n'
            '  -rw-r--r--         0 /usr/lib/python3/dist-packages/awslambdaric/__init__.py\n'
            '  -rw-r--r--        42 /srv/app.py\n'
            'WORKDIR /srv\n'
            'ENTRYPOINT ["/usr/bin/python3", "-m", "awslambdaric"]\n'
            'CMD ["app.handler"]\n'),
           (None, None, None)),
 'LI808': ("Whatever USER says, Lambda runs a function as a user of its own with no rights but everybody's. "
           'COPY keeps the modes of the\n'
           'build context, and a checkout with umask 077, an archive or a Windows share give files to their '
           'owner alone. docker run as\n'
           "root shows nothing of it. /root and the system's own folders are not looked at.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('deploy',),
           ("PermissionError: [Errno 13] Permission denied: '/var/task/app.py'", 'EACCES: permission denied'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY . /var/task/\n'
            '  -rw-------        42 /var/task/app.py\n'
            '  drwx------         0 /var/task/lib\n'
            '  -rw-r--r--         6 /var/task/lib/core.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            '  -rw-r-----         1 /opt/data.bin\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            '  -rwxr-xr-x        10 /var/task/run.sh\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            '  ----------        14 /etc/shadow\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI809': ("Lambda hands out events through an interface that a program in the image must ask. AWS's base "
           'images for a language bring such\n'
           'a client; on other bases it is a package (awslambdaric, aws-lambda-ric, …), an extension that '
           'hands events to a web server,\n'
           'or part of a compiled program. Compiled programs and scripts that name the interface are left '
           'alone.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('deploy',),
           ("Couldn't find valid bootstrap",
            'Runtime exited without providing a reason',
            'Task timed out after'),
           ("(on top of what AWS's provided base image holds)\n"
            'layer 0: COPY main /var/task/\n'
            '  -rwxr-xr-x       680 /var/task/main\n'
            'CMD ["main"]\n',
            'layer 0\n'
            '  -rwxr-xr-x       680 /usr/bin/python3\n'
            '  -rw-r--r--        17 /var/task/app.py\n'
            'ENV ["LAMBDA_TASK_ROOT=/var/task"]\n'
            'WORKDIR /var/task\n'
            'CMD ["python3", "app.py"]\n'),
           ("(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x       680 /var/runtime/bootstrap\n'
            'CMD ["main"]\n',
            'layer 0\n'
            '  -rwxr-xr-x       680 /usr/bin/python3\n'
            '  -rwxr-xr-x       680 /opt/extensions/lambda-adapter\n'
            '  -rw-r--r--        17 /app/app.py\n'
            'WORKDIR /app\n'
            'CMD ["python3", "app.py"]\n',
            'layer 0\n'
            '  -rwxr-xr-x       680 /main\n'
            'ENV ["LAMBDA_TASK_ROOT=/var/task"]\n'
            'ENTRYPOINT ["/main"]\n'),
           (None, None)),
 'LI810': ('WORKDIR makes its folder, but a later layer may remove it, and builders other than Docker only '
           'write the configuration. On\n'
           'Lambda the file system is read-only, so it is not made when the function starts, as docker run '
           'would. BuildKit leaves it\n'
           'deleted; the classic builder makes it again for each instruction that follows, even for CMD, and '
           'then nothing is wrong.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           ('deploy',),
           ('Runtime.InvalidWorkingDir', "the working directory doesn't exist"),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /srv/app/app.py\n'
            'layer 1: RUN mv /srv/app/* /var/task && rmdir /srv/app\n'
            '  -rw-r--r--         0 /srv/.wh.app\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'WORKDIR /srv/app\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's nodejs base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        33 /var/task/index.js\n'
            'WORKDIR /app\n'
            'CMD ["index.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  lrwxrwxrwx         0 /app -> /var/task\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'WORKDIR /app\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI811': ("Dependencies that were installed on a laptop, in another distribution's builder stage or by "
           'another Python are copied\n'
           'without complaint and fail when they are imported: the C library of Amazon Linux 2 ends at 2.26, '
           'that of 2023 at 2.34. The\n'
           'files themselves say what they need. Libraries of graphics drivers and files in folders for '
           'other platforms are left out, as\n'
           "is what the image's own system packages brought.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/python-package.html',),
           (),
           ("version `GLIBC_2.28' not found",
            'libGL.so.1: cannot open shared object file',
            'invalid ELF header',
            'No module named numpy.core._multiarray_umath'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: COPY --from=build /venv/lib/python3.12/site-packages /var/task\n'
            '  -rw-r--r--       752 /var/task/lib/python3.12/site-packages/fast/core.so\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0: COPY . /var/task\n'
            '  -rw-r--r--       680 /var/task/yaml/_yaml.cpython-311-x86_64-linux-gnu.so\n'
            '  -rw-r--r--       680 /var/task/zlibng/core.so\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--       728 /var/task/cv2/cv2.abi3.so\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--       792 /var/task/fast/core.cpython-312-x86_64-linux-gnu.so\n'
            '  -rw-r--r--       704 /var/task/fast.libs/libopenblas-r0.so\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's nodejs base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--       680 /var/task/node_modules/sharp/prebuilds/linux-arm64/sharp.node\n'
            '  -rw-r--r--       680 /var/task/node_modules/sharp/prebuilds/linux-x64/sharp.node\n'
            '  -rw-r--r--       704 /var/task/node_modules/onnx/libcuda_provider.so\n'
            '  -rw-r--r--        33 /var/task/index.js\n'
            'CMD ["index.handler"]\n'),
           (None, None, None)),
 'LI812': ("A function in an image keeps running after its runtime's end, on what nobody patches any more. "
           'This is what is in the image, by\n'
           "the files of AWS's base: a tag says less where it was pulled long ago or came through a base of "
           "one's own. fail-deprecated makes\n"
           'it an error.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',),
           (),
           ('runtime deprecated', 'end of life'),
           ("(on top of what AWS's nodejs base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--         0 /var/runtime/awslambdaric/__init__.py\n'
            '  -rwxr-xr-x       680 /var/lang/bin/python3.9\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's provided base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        45 /etc/os-release\n'
            '  -rwxr-xr-x       680 /var/runtime/bootstrap\n'
            'CMD ["main"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            'layer 0\n'
            '  -rw-r--r--        25 /etc/os-release\n'
            '  -rwxr-xr-x       680 /main\n'
            'ENV ["LAMBDA_TASK_ROOT=/var/task"]\n'
            'ENTRYPOINT ["/main"]\n'),
           (None, None)),
 'LI813': ("Docker, its engine and AWS's emulator make the folders of a file that are not there; Lambda does "
           'not and refuses the image when\n'
           "the function is created. Such layers come from tools other than Docker: Bazel's rules, a tar "
           'archive put together by a script.',
           ('https://github.com/aspect-build/rules_aws/issues/103',),
           ('deploy',),
           ('MissingParentDirectory', 'InvalidImage'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: bazel build ...\n'
            '  -rw-r--r--         0 /opt/python/lib.py\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--         0 /opt/python/lib.py\n'
            '  -rwxr-xr-x        10 /opt/bin/tool\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--         0 /opt/python/lib.py\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI814': ('Lambda takes layers in the forms that docker push writes: tar archives compressed by gzip, and '
           "the uncompressed form of OCI. Bazel's\n"
           "rules and some other tools write Docker's uncompressed type, which it refuses. For zstd AWS has "
           'made no statement either way.',
           ('https://github.com/aspect-build/rules_aws/issues/145',
            'https://github.com/bazel-contrib/rules_oci/issues/777'),
           ('deploy',),
           ('UnsupportedImageLayerDetected', 'ImageLayerFailure'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0:   application/vnd.docker.image.rootfs.diff.tar\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0:   application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0:   application/vnd.oci.image.layer.v1.tar+zstd\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0:   application/vnd.oci.image.layer.v1.tar\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None, None)),
 'LI815': ('Each regular file right in /opt/extensions is executed before the function starts, hidden files '
           'and READMEs included, and\n'
           'the function does not start when one cannot be. Folders in it are left alone.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html',),
           ('deploy',),
           ('Extension.LaunchError', 'Extension.Crash', 'extension: permission denied'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x       680 /opt/extensions/agent\n'
            '  -rw-r--r--        10 /opt/extensions/README.md\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x        22 /opt/extensions/agent\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rwxr-xr-x       680 /opt/extensions/agent\n'
            '  -rw-r--r--        10 /opt/extensions/agent.d/README.md\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI816': ('Tools that download models or browsers put them into the home of the user who builds, which is '
           'root; on Lambda another user\n'
           'runs, with another home and a file system that cannot be written, and downloads them again or '
           'fails. /tmp is empty at each\n'
           "start. The package managers' caches are LI817's matter.",
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           (),
           ("Executable doesn't exist at /home/sbx_user1051/.cache/ms-playwright",
            "Read-only file system: '/home/sbx_user1051'"),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: RUN playwright install chromium\n'
            '  -rwxr-xr-x 300000000 /root/.cache/ms-playwright/chromium/chrome\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--  50000000 /tmp/model/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--  50000000 /opt/model/weights.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        17 /root/.bashrc\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI817': ('A layer keeps what it brought; deleting or changing it later adds a layer and frees nothing. All '
           "layers count against Lambda's 10\n"
           'GB, cost storage in ECR and time in each push. What the base image brought is not told. From 10 '
           'MB on it is a warning.',
           ('https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',),
           (),
           ('docker image still large after deleting files', 'reduce docker image size'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0: RUN curl -o /opt/model.zip https://example.com/model.zip\n'
            '  -rw-r--r--  80000000 /opt/model.zip\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'layer 1: RUN rm /opt/model.zip\n'
            '  -rw-r--r--         0 /opt/.wh.model.zip\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--   3000000 /opt/tool\n'
            '  -rw-r--r--  41000000 /root/.cache/pip/http/a\n'
            'layer 1: RUN chmod +x /opt/tool\n'
            '  -rwxr-xr-x   3000000 /opt/tool\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--  80000000 /opt/model.bin\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            '  -rw-r--r--      2000 /opt/note\n'
            'layer 1\n'
            '  -rw-r--r--         0 /opt/.wh.note\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None)),
 'LI818': ('An image keeps every layer, every variable and the text of every instruction, for all who may '
           'pull it and in each backup of the\n'
           'registry. Files are judged by names and contents that only secrets have; installed packages, '
           'tests and examples are left out.\n'
           'No report shows the secret itself.',
           ('https://docs.docker.com/build/building/secrets/',),
           (),
           ('secrets in docker image layers', 'docker history secret'),
           ("(on top of what AWS's nodejs base image holds)\n"
            'layer 0: COPY .npmrc /var/task/\n'
            '  -rw-r--r--        74 /var/task/.npmrc\n'
            '  -rw-r--r--        33 /var/task/index.js\n'
            'layer 1: RUN rm .npmrc\n'
            '  -rw-r--r--         0 /var/task/.wh..npmrc\n'
            'CMD ["index.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0: RUN |1 TOKEN=ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5 /bin/sh -c pip install private\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'ENV ["DB_PASSWORD=tr0ub4dor-and-3"]\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0: RUN |2 MODE=prod NPM_TOKEN=kJ83hsSD82hdf8 /bin/sh -c npm ci\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        29 /var/task/.env\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           ("(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        20 /var/task/.env.example\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'ENV ["DB_PASSWORD=changeme", "SECRET_NAME=prod/db"]\n'
            'CMD ["app.handler"]\n',
            "(on top of what AWS's python base image holds)\n"
            'layer 0\n'
            '  -rw-r--r--        59 /var/task/certifi/cacert.pem\n'
            '  -rw-r--r--        59 /var/task/lib/site-packages/x/tests/key.pem\n'
            '  -rw-r--r--        42 /var/task/app.py\n'
            'CMD ["app.handler"]\n'),
           (None, None, None, None))}

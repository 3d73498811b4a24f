"""lintimg: a linter for the Dockerfiles of AWS Lambda container images."""

__version__ = "0.1.0"

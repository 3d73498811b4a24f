"""Templates, and the marks of templates in files that are none."""

from __future__ import annotations

import pytest

from tests.dockerfile.support import read, sliced


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("FROM {{ base }}\nRUN x\n", "{{"),
        ("FROM python:{{cookiecutter.python}}\n", "{{"),
        ("FROM --platform={{ p }} a\n", "--platform={{"),
        ("{% if x %}\nFROM a\n{% endif %}\n", "{%"),
        ("{{ if x -}}\nFROM a\n", "{{"),
        ("{# note #}\nFROM a\n{{ x }}\n", "{#"),
        ("<% if x %>\nFROM a\n", "<%"),
        ("FROM a\nCOPY {{ name }} /x\n", "{{"),
        ("FROM a\nWORKDIR /{{ name }}\n", "{{"),
        ("FROM a\nEXPOSE {{ port }}\n", "{{"),
        ("FROM a\nENV V={{ version }}\n", "{{"),
        ("FROM a\nENV V {{ version }}\n", "{{ version }}"),
        ("FROM a\nARG V={{version}}\n", "V={{version}}"),
        ("FROM a\nRUN {{ command }} x\n", "{{"),
        ("FROM a\nCMD {% x %}\n", "{%"),
        ("FROM a\nRUN apt install \\\n  {% for p in q %}\n  {{ p }} \\\n", "{%"),
        ("FROM a\nRUN apt install \\\n  {{ packages }}\n  b\n", "{{"),
    ],
)
def test_templates(text: str, marker: str) -> None:
    document = read(text)
    assert document.template is not None
    assert sliced(document, document.template).startswith(marker)
    assert document.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN docker inspect --format '{{.Id}}' x\n",
        "FROM a\nRUN docker inspect --format {{.Id}} x\n",
        "FROM a\nRUN docker ps \\\n  --format \\\n  '{{.Id}}'\n",
        "FROM a\nLABEL usage=\"docker inspect -f '{{ .Id }}'\"\n",
        'FROM a\nCMD ["sh", "-c", "echo {{x}} {% y %}"]\n',
        "FROM a\nRUN <<EOF\n{% if x %}\n{{ y }}\nEOF\n",
        "FROM a\nCOPY <<EOF /x\n{{ y }}\n{% z %}\nEOF\n",
        "FROM a\nRUN echo 'on: ${{ github.ref }}' > x\n",
        "FROM a\nENV FORMAT={{.Id}}\n",
        "FROM a\nENV FORMAT=\"a {{ x }}\"\n",
        "FROM a\nRUN echo '\\\n{{ range .Items }} \\\n{{ end }}' > /x\n",
        "# {{ note }}\nFROM a\n# {% x %}\n",
        "FROM a\nRUN awk '{if(x){{print}}}'\n",
        "FROM a\nRUN printf '%s' <%x\n",
        'FROM a\nHEALTHCHECK CMD test "{{x}}"\n',
    ],
)  # fmt: skip
def test_no_templates(text: str) -> None:
    assert read(text).template is None

"""The maintainers' commands, `python -m lintimg.dev`. Not used at run time."""

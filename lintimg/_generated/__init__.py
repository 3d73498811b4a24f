"""Compiled from rules/ by python -m lintimg.dev sync; never edited."""

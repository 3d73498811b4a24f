"""The Python half of the rules: a package a family (LI8 in `built`), and beside them what several share."""

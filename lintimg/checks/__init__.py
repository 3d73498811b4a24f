"""The Python half of the rules, one module per family."""

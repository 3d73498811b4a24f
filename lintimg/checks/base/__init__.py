"""Which image a function is built on."""

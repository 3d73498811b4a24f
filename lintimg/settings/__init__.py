"""Configuration files, flags, their precedence, and which files are Dockerfiles."""

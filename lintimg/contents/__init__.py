"""What the bytes of a built image are: packages, caches, models, system files."""

"""Instructions and commands that do not do what they say."""

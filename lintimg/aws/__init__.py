"""What AWS fixes: base images, runtimes, limits, handler grammars. Data and look-ups."""

"""The Python half of the rules on built images, one module a topic."""

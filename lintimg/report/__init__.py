"""One module per format; sees only the model and text."""

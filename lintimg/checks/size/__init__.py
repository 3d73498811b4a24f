"""What makes images needlessly big."""

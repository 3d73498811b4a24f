"""RUN text to commands and words with spans, to package-manager operations. Knows no Lambda."""

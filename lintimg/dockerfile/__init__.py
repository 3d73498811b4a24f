"""Text to instructions with exact spans, to stages and variables. Knows no Lambda."""

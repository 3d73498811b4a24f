"""What makes builds start over, or come out different."""

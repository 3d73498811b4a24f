"""What Lambda demands of an image: what it starts, finds, may read and may write."""

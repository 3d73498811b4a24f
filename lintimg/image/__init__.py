"""Built images: where they lie, their layers, and what each byte of them is."""

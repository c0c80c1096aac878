"""Arrays and tensors in files that are written whole or not at all."""

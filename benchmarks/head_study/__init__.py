"""What each part of an image head is worth, measured with and without it."""

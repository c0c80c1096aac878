"""Image heads: generators of the image nodes, each trained against the images' labels."""

"""What a graph implies: separation, identification, adjustment and implied independences."""

"""What this stage reports, a dataclass for each code."""

"""The version of scmc; a literal, because looking it up takes 100 ms."""

__version__ = "0.1.0"

"""Whether a change of the code's form left everything it gives as it was."""

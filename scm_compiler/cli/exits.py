"""Exit codes: what a command ends with."""

OK = 0  # fine
REFUSED = 1  # the tool says no: errors in a program, not identifiable, impossible evidence
USAGE = 2  # the command line, a missing file, unreadable data
DIVERGED = 4  # the training
BUG = 70  # of ours
INTERRUPTED = 130

"""What an editor asks of a program: pure functions from its text and a place to an answer.

Nothing here knows a protocol; `scm_compiler/cli/lsp.py` speaks one.
"""

"""The playground: a page on which a program is written, drawn and asked."""

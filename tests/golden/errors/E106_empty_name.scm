"", "  " : binary
"a	b" : binary

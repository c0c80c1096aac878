graph "../secret"
A, B : binary
A -> B

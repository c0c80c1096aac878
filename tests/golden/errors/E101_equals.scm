A, B : binary
A = B
A --> B
A => B

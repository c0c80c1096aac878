// a comment of another language
A : binary  // and one more
B : binary
/* and a third */
A / B

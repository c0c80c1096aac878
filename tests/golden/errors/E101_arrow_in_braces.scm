A, B, C : binary
{ A -> B } -> C

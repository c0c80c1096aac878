A : binary
café : binary

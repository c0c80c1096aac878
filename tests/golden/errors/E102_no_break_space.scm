Young, Bald : binary
Young -> Bald

Young, Male, Bald : binary
Young -> Bald

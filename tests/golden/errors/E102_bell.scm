Young, Bald : binary
Young -> Bald
blood.pressure : binary

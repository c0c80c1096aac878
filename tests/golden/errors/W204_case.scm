Young, young : binary
Young -> young

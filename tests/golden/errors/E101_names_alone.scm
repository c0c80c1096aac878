Young, Male : binary
Young -> Male
Young

"blood pressure : binary
Young : binary
Young -> "blood pressure"

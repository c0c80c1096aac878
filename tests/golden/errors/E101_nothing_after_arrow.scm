Young, Male : binary
Young ->

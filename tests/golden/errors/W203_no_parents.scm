Young, Bald : binary
Face        : image(3, 64, 64)
Young -> Bald

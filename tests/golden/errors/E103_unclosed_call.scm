Face : image(3, 64, 64
Young, Male : binary
Young -> Male
* -> Face

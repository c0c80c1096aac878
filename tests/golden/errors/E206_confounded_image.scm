Smiling : binary
Face    : image(3, 64, 64)
Smiling ->  Face
Smiling <-> Face

Smiling, Male : binary
Face          : image(3, 64, 64)
Smiling, Male -> Face
Face -> Smiling, Male

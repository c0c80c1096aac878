Young, Male, Bald : binary
Face              : image(3, 64, 64)
Young, Male       -> Bald
Young, Young      -> Bald
Young, Male, Bald -> Face
*                 -> Face

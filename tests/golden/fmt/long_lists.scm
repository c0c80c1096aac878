# lists longer than a line
Attractive_Face_Indeed, Bags_Under_Eyes, Big_Lips, Big_Nose, Black_Hair, Blond_Hair, Blurry, Brown_Hair : binary
Hat : binary
Hat -> Attractive_Face_Indeed, Bags_Under_Eyes, Big_Lips, Big_Nose, Black_Hair, Blond_Hair, Blurry, Brown_Hair # many
Blurry <- Brown_Hair
Attractive_Face_Indeed, Bags_Under_Eyes, Big_Lips, Big_Nose -> Black_Hair -> Blond_Hair -> Blurry, Brown_Hair
{ Big_Lips, Big_Nose Hat } <-> Blurry
assert Attractive_Face_Indeed, Bags_Under_Eyes, Big_Lips, Big_Nose _||_ Black_Hair, Blond_Hair | Blurry, Brown_Hair

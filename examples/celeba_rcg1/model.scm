# rcG1 of CausalGAN: complete along the reverse order; it fits as well and answers do() differently
graph celeba_rcg1

Young, Male                      : binary
Eyeglasses, Bald, Mustache       : binary
Smiling, Wearing_Lipstick        : binary
Mouth_Slightly_Open, Narrow_Eyes : binary
Face                             : image(3, 64, 64)

# each label causes every label after it
Narrow_Eyes         -> Mouth_Slightly_Open, Wearing_Lipstick, Smiling, Mustache, Bald, Eyeglasses,
    Male, Young
Mouth_Slightly_Open -> Wearing_Lipstick, Smiling, Mustache, Bald, Eyeglasses, Male, Young
Wearing_Lipstick    -> Smiling, Mustache, Bald, Eyeglasses, Male, Young
Smiling             -> Mustache, Bald, Eyeglasses, Male, Young
Mustache            -> Bald, Eyeglasses, Male, Young
Bald                -> Eyeglasses, Male, Young
Eyeglasses          -> Male, Young
Male                -> Young
*                   -> Face

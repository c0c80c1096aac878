# cG1 of CausalGAN: Causal Graph 1 completed along its order, which fits any distribution
graph celeba_cg1

Young, Male                      : binary
Eyeglasses, Bald, Mustache       : binary
Smiling, Wearing_Lipstick        : binary
Mouth_Slightly_Open, Narrow_Eyes : binary
Face                             : image(3, 64, 64)

# each label causes every label after it
Young               -> Male, Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick,
    Mouth_Slightly_Open, Narrow_Eyes
Male                -> Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open,
    Narrow_Eyes
Eyeglasses          -> Bald, Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes
Bald                -> Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes
Mustache            -> Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes
Smiling             -> Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes
Wearing_Lipstick    -> Mouth_Slightly_Open, Narrow_Eyes
Mouth_Slightly_Open -> Narrow_Eyes
*                   -> Face

# Causal Graph 1 of CausalGAN (Kocaoglu et al. 2017, Figure 5), with small images
graph drawn_faces

Young, Male                      : binary
Eyeglasses, Bald, Mustache       : binary
Smiling, Wearing_Lipstick        : binary
Mouth_Slightly_Open, Narrow_Eyes : binary
Face                             : image(3, 32, 32)

Young                -> Eyeglasses
Male, Young          -> Bald, Mustache, Smiling, Wearing_Lipstick
Young, Smiling       -> Mouth_Slightly_Open
Male, Young, Smiling -> Narrow_Eyes
*                    -> Face  # every label causes the image (Corollary 1)

# CelebA(SMILE) of CausalVAE (Yang et al. 2021): gender, smile, eyes open, mouth open
graph celeba_smile

Male, Smiling                    : binary
Narrow_Eyes, Mouth_Slightly_Open : binary
Face                             : image(3, 64, 64)

Male, Smiling -> Narrow_Eyes  # the paper's `eyes open` turned around
Smiling       -> Mouth_Slightly_Open
*             -> Face

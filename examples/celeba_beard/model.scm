# CelebA(BEARD) of CausalVAE (Yang et al. 2021): age, gender, bald, beard
graph celeba_beard

Young, Male    : binary
Bald, No_Beard : binary
Face           : image(3, 64, 64)

Young, Male -> Bald, No_Beard
*           -> Face

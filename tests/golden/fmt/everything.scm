# Causal Graph 1 of CausalGAN (Kocaoglu et al. 2017, Figure 5)
graph celeba_g1



Young, Male: binary
Eyeglasses,Bald,Mustache       : binary; Smiling, Wearing_Lipstick        : binary
Mouth_Slightly_Open, Narrow_Eyes : binary
Face                             : image( 3,64, 64)
"blood pressure",P1, aaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbb, ccccccccccccccccccccc, dddddddddddddddd : categorical(01, "x y", a,b,c ,  ddddddddddddddddddddddddd, eeeeeeeeeeeeeeeeeeeeee, ffffffffffffffffffff, gggggggggggggggg) # why

Young                -> Eyeglasses
{Male Young} -> Bald, # here
  Mustache,    # there
  Smiling, Wearing_Lipstick # end
Young, Smiling       -> Mouth_Slightly_Open
Male, Young, Smiling -> Narrow_Eyes
*                    -> Face          # every label causes the image (Corollary 1)
assert identified P(Y  |  do( X=1 ) )

# The proteins of Sachs, Perez, Pe'er, Lauffenburger and Nolan (2005), "Causal protein-signaling
# networks derived from multiparameter single-cell data", with the 17 arrows of their network that
# the bnlearn repository holds. Levels are the discretised ones: 1 low, 2 average, 3 high.
graph sachs

PKC, PKA, Raf, Mek, Erk, Akt : categorical("1", "2", "3")
Jnk, P38, Plcg, PIP3, PIP2   : categorical("1", "2", "3")

PKC           -> PKA
PKC, PKA      -> Raf, Jnk, P38
PKC, PKA, Raf -> Mek
PKA, Mek      -> Erk
PKA, Erk      -> Akt
Plcg          -> PIP3
Plcg, PIP3    -> PIP2

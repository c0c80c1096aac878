# What other programs call a kind.
Age    : continuous
Weight : float
Height : Numeric
Rooms  : integer
Alive  : bool
Ill    : boolean
Diet   : factor
School : ordered
Age -> Ill

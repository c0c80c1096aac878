graph triangle

Root, Middle, Leaf : real

Root   -> Middle, Leaf
Middle -> Leaf

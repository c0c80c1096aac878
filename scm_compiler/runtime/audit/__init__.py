"""What a generator believes: CAGE (Bose, Monti and Grover, TMLR 2022), for any generator."""

graph dose

Severity : real
Dose     : real(0, inf)
Pain     : real

Severity -> Dose, Pain
Dose     -> Pain

Rain, Clouds : binary
Rain   -> Clouds
Clouds -> Rain

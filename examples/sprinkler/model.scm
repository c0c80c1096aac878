graph sprinkler
Cloudy, Sprinkler, Rain, Wet : binary
Cloudy          -> Sprinkler, Rain
Sprinkler, Rain -> Wet
assert Sprinkler _||_ Rain | Cloudy

"""The indicator system and the index: own editions, frozen, computed from the facts; published ones beside, never mixed."""

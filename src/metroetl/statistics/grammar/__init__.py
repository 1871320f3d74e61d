"""From tokens to frames: clauses, names, places and times, and what is said of them."""

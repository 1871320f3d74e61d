"""How sure a statement is: its own evidence, and what the rest of the release says of it."""

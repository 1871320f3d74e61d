"""How a document was read, shown to people."""

"""From a text to typed tokens: uniform text, lines and sentences, one longest-match lexer."""

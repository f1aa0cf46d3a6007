"""Programming languages, each a declaration for the extractor of programs."""

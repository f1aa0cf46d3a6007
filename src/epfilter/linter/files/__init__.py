"""Files: what is linted, by which configuration, and how its repairs are written back."""

"""A person at a terminal: the `stackwright` command, the Textual app, line mode."""

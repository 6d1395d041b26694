"""Commands that would verify our own estimates, with what we predict and what would contradict it."""

"""What a consultation was like, as pure functions over what was said and what remained of it."""

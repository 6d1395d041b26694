"""The advisor over HTTP: an OpenAI-compatible endpoint, and consultations of their own."""

"""The steward's desk in a browser: an application of its own that the public one knows nothing of."""

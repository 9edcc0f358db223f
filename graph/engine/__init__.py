"""The engine that answers SPARQL over one release, in processes that can be killed."""

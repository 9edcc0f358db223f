"""The Flask application that serves one release: pages, linked data and SPARQL."""

"""The workbench, identity, releases, query engines and search index. No HTTP server, no single source."""

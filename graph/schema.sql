-- The workbench's tables. What is derived (last seen, open issues) is a view or a query, never a second copy.
-- A home made before a table was added gets it when it is next opened.
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS sources (                     -- each source's definition as of its last run
  id TEXT PRIMARY KEY, precedence INTEGER NOT NULL, description TEXT NOT NULL  -- JSON
) STRICT;

CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, started TEXT NOT NULL, ended TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'partial', 'failed', 'interrupted')),
  mapping_version TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
  read INTEGER NOT NULL DEFAULT 0, new INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0, set_aside INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS runs_source ON runs (source, id);

CREATE TABLE IF NOT EXISTS records (
  source TEXT NOT NULL, key TEXT NOT NULL,
  pages TEXT NOT NULL,                     -- JSON list; the first stands for the record
  obtained TEXT NOT NULL, as_of TEXT NOT NULL, licence TEXT NOT NULL,
  read_at TEXT NOT NULL,                   -- when Talkoot read what is kept
  content_hash TEXT NOT NULL, mapping_version TEXT NOT NULL, shapes_hash TEXT NOT NULL,
  quads TEXT NOT NULL,                     -- the record graph as sorted N-Quads
  first_run INTEGER NOT NULL, changed_run INTEGER NOT NULL,
  gone_run INTEGER,                        -- the complete run that no longer listed it
  PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS missing (       -- complete runs in a row that did not list a record
  source TEXT NOT NULL, key TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (source, key, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS issues (
  source TEXT NOT NULL, key TEXT NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
  severity TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, expected TEXT NOT NULL, message TEXT NOT NULL,
  first_run INTEGER NOT NULL, last_run INTEGER NOT NULL,
  PRIMARY KEY (source, key, code, field, value, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fetches (       -- what each run fetched; a class in fetch_log.py has the same fields
  source TEXT NOT NULL, key TEXT NOT NULL, -- method, address, hash of a body
  run INTEGER NOT NULL, url TEXT NOT NULL, final_url TEXT NOT NULL,
  redirects TEXT NOT NULL,                 -- JSON list
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,                   -- JSON: those that readers and the next run want
  sha256 TEXT NOT NULL, fetched_at TEXT NOT NULL,
  file TEXT NOT NULL, position INTEGER NOT NULL,  -- where the body is in the archive; an empty file: nowhere
  archived INTEGER NOT NULL,               -- where the run's own archive ended after it
  PRIMARY KEY (source, key, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fetches_run ON fetches (source, run, archived);
CREATE INDEX IF NOT EXISTS fetches_file ON fetches (source, file);

CREATE TABLE IF NOT EXISTS robots (        -- the last good robots.txt of each site; empty: it has none
  origin TEXT PRIMARY KEY, body BLOB NOT NULL, read_at TEXT NOT NULL
) STRICT;

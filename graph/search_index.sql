-- The search index of a release: its tables, and what is asked of them, each after a line with its name.

-- : schema
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, labels TEXT NOT NULL,
  sort TEXT NOT NULL, parts INTEGER NOT NULL, facts INTEGER NOT NULL
) STRICT;
CREATE INDEX thing_sort ON thing (kind, sort);
CREATE TABLE place (thing INTEGER NOT NULL, country TEXT NOT NULL, PRIMARY KEY (country, thing)) STRICT, WITHOUT ROWID;
CREATE INDEX place_of ON place (thing);
CREATE VIRTUAL TABLE name USING fts5 (main, other, tokenize = "unicode61", prefix = '2 3 4');

-- : counts
SELECT kind, count(*) FROM thing GROUP BY kind;

-- : countries
SELECT country, count(*) FROM place JOIN thing ON id = thing
WHERE kind IN (SELECT value FROM json_each(?)) GROUP BY country;

-- : count
SELECT count(*) FROM thing WHERE kind IN (SELECT value FROM json_each(:kinds)) AND CASE :country
  WHEN '' THEN TRUE
  WHEN 'none' THEN id NOT IN (SELECT thing FROM place)
  ELSE id IN (SELECT thing FROM place WHERE country = :country)
END;

-- : things
SELECT id, path, kind, labels, parts FROM thing WHERE kind IN (SELECT value FROM json_each(:kinds)) AND CASE :country
  WHEN '' THEN TRUE
  WHEN 'none' THEN id NOT IN (SELECT thing FROM place)
  ELSE id IN (SELECT thing FROM place WHERE country = :country)
END
ORDER BY sort, path LIMIT :limit OFFSET :start;

-- : search -- each word may begin a longer one; a whole name goes before, then whole words
SELECT id, path, kind, labels, parts FROM name JOIN thing ON id = name.rowid WHERE name MATCH :query
ORDER BY sort = :folded DESC, (' ' || main || ' | ' || other || ' ') LIKE '% ' || :folded || ' %' DESC,
  bm25(name, 4.0, 2.0) - 0.3 * min(parts, 20), sort, path
LIMIT :limit;

-- : places
SELECT country FROM place WHERE thing = ? ORDER BY 1;

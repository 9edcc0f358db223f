-- The search index of a release: its tables, and what is asked of them, each after a line with its name.
-- Things are numbered by weight, so that what is cut off after so many rows is always the least of them.

-- : schema
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, labels TEXT NOT NULL,
  sort TEXT NOT NULL, parts INTEGER NOT NULL, facts INTEGER NOT NULL
) STRICT;
CREATE INDEX thing_sort ON thing (kind, sort);
CREATE TABLE called (name TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY (name, thing)) STRICT, WITHOUT ROWID;
CREATE TABLE facet (
  facet TEXT NOT NULL, value TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY (facet, value, thing)
) STRICT, WITHOUT ROWID;
CREATE INDEX facet_of ON facet (thing);
CREATE VIEW place AS SELECT thing, value AS country FROM facet WHERE facet = 'country' AND value <> 'none';
CREATE TABLE tally (facet TEXT NOT NULL, value TEXT NOT NULL, things INTEGER NOT NULL) STRICT;
CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, things INTEGER NOT NULL) STRICT;
CREATE TABLE slip (key TEXT NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (key, word)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE name USING fts5 (main, other, about, stems, tokenize = "unicode61", prefix = '1 2 3 4 5 6');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (name, col);

-- : optimize
INSERT INTO name (name) VALUES ('optimize');

-- : tally
INSERT INTO tally SELECT facet, value, count(*) FROM facet JOIN thing ON id = thing AND kind <> 'implementation'
GROUP BY facet, value;

-- : words
INSERT INTO word (word, things) SELECT term, sum(doc) FROM vocabulary
WHERE col IN ('main', 'other') AND length(term) >= 4 AND NOT term GLOB '*[0-9]*' GROUP BY term ORDER BY term;

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

-- : places
SELECT country FROM place WHERE thing = ? ORDER BY 1;

-- : hits
SELECT thing.id, thing.path, kind, labels, parts FROM json_each(:ids) AS asked JOIN thing ON thing.id = asked.value
ORDER BY asked.key;

-- : found -- whole names, names that begin so, then whatever holds the words; bm25 counts every match: not for suggestions
WITH found (thing, score) AS (
  SELECT thing, 0 FROM called WHERE name = :folded
  UNION ALL
  SELECT * FROM (SELECT thing, 0 FROM called WHERE name > :folded AND name < :folded || '{' LIMIT :most / 2)
  UNION ALL
  SELECT * FROM (
    SELECT rowid, CASE WHEN :deep THEN bm25(name, 4.0, 2.0, 1.0, 1.0) ELSE 0 END FROM name WHERE name MATCH :query
    ORDER BY rowid LIMIT :most
  )
), best AS (SELECT thing, min(score) AS score FROM found GROUP BY thing),
named AS (
  SELECT thing, score, kind, sort, path, parts, facts, '| ' || main || ' |' AS main, '| ' || other || ' |' AS other
  FROM best JOIN name ON name.rowid = thing JOIN thing ON id = thing
), ranked AS (
  SELECT *, CASE
    WHEN main LIKE '%| ' || :folded || ' |%' THEN 0
    WHEN other LIKE '%| ' || :folded || ' |%' THEN 1
    WHEN main LIKE '%| ' || :folded || ' %' THEN 2
    WHEN main || other LIKE '%| ' || :folded || '%' THEN 3
    WHEN main || other LIKE '% ' || :folded || ' %' THEN 4
    WHEN main || other LIKE '% ' || :folded || '%' THEN 5
    ELSE 6
  END AS tier FROM named
)
SELECT thing, tier FROM ranked
ORDER BY tier, facts + parts < 3, score - 0.3 * min(parts, 20), length(sort), sort, path;

-- : near
SELECT DISTINCT word.word, things FROM json_each(:slips) AS asked JOIN slip ON slip.key = asked.value
JOIN word ON word.id = slip.word;

-- : known
SELECT 1 FROM word WHERE word >= :word AND word < :word || '{' LIMIT 1;

-- : having
SELECT thing FROM facet WHERE facet = :facet AND value IN (SELECT value FROM json_each(:values));

-- : everything
SELECT id FROM thing WHERE kind <> 'implementation' ORDER BY id;

-- : tallied
SELECT facet, value, things FROM tally ORDER BY things DESC, value;

-- : counted
SELECT facet, facet.value, count(*) FROM json_each(:ids) AS asked JOIN facet ON thing = asked.value
GROUP BY facet, facet.value ORDER BY 3 DESC, 2;

-- : busiest
SELECT id, path, kind, labels, parts FROM thing WHERE kind IN (SELECT value FROM json_each(:kinds)) AND parts > 0
  AND (:country = '' OR id IN (SELECT thing FROM place WHERE country = :country))
ORDER BY parts DESC, path LIMIT :limit;

-- : thing
SELECT id, path, kind, labels, parts FROM thing WHERE path = :path;

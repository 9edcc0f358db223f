-- What the pairs keep between two runs, and what is asked of that, each after a line with its name. Limits as in
-- matching.sql; keys and hints have no rule in common, so that a rule and a key are enough to name either.

-- : kept -- the number of each actor and what it said; its pairs; those that say the same as another of their source
DELETE FROM records; DELETE FROM keys; DELETE FROM hints; DELETE FROM overfull; DELETE FROM claimed;
DROP TABLE IF EXISTS pairs;
CREATE TABLE pairs (l, r, rule, evidence, score);
DROP TABLE IF EXISTS seen;
CREATE TABLE seen (n INTEGER PRIMARY KEY, rid UNIQUE, hash);
DROP TABLE IF EXISTS echoes;
CREATE TABLE echoes (rid, first, source, held, k);
CREATE INDEX echoes_k ON echoes (k);

-- : asked -- keys that are looked at, actors that are judged anew, and what is true of the keys: excess says which do not
-- count (a source claims one too often, or too many others share it), fact which hints do not or say much as well
CREATE TEMP TABLE wanted (rule, k, PRIMARY KEY (rule, k)) WITHOUT ROWID;
CREATE TEMP TABLE dirty (rid INTEGER PRIMARY KEY);
CREATE TEMP TABLE facts (rule, k, source, fact);
CREATE TEMP VIEW excess AS
WITH share AS (
  SELECT rule, k, source, count(*) AS n FROM wanted CROSS JOIN keys USING (rule, k) GROUP BY rule, k, source
)
SELECT rule, k, source, n, 'claimed' AS fact FROM share WHERE n > {claims}
UNION ALL
SELECT rule, k, '', sum(n), 'full' FROM share WHERE n <= {claims} GROUP BY rule, k HAVING sum(n) > {block};
CREATE TEMP VIEW fact AS
WITH hinted AS (
  SELECT rule, k, (
    SELECT count(*) FROM (SELECT 1 FROM hints WHERE hints.rule = wanted.rule AND hints.k = wanted.k LIMIT {hint} + 1)
  ) AS n FROM wanted
)
SELECT rule, k, source, fact FROM excess
UNION ALL SELECT rule, k, '', 'full' FROM hinted WHERE n > {hint}
UNION ALL SELECT rule, k, '', 'rare' FROM hinted WHERE n <= {rare};

-- : want -- the keys of what is judged anew
INSERT OR IGNORE INTO wanted
SELECT rule, k FROM dirty CROSS JOIN keys USING (rid)
UNION ALL SELECT rule, k FROM dirty CROSS JOIN hints USING (rid) WHERE rule NOT IN ('body', 'form');

-- : want_many -- the keys that may be an excess
INSERT INTO wanted SELECT rule, k FROM keys GROUP BY rule, k HAVING count(*) > {claims};

-- : note
INSERT INTO facts SELECT * FROM fact;

-- : spread -- the actors of keys of which something else is true than was noted; claims that stand change nothing
WITH told AS (
  SELECT rule, k, source, fact, count(*) AS times FROM (SELECT * FROM facts UNION ALL SELECT * FROM fact)
  GROUP BY rule, k, source, fact
), flipped AS (SELECT DISTINCT rule, k FROM told WHERE times = 1)
INSERT OR IGNORE INTO dirty
SELECT rid FROM flipped CROSS JOIN keys USING (rule, k)
WHERE (rule, k, source) NOT IN (SELECT rule, k, source FROM told WHERE times = 2 AND fact = 'claimed')
UNION ALL SELECT rid FROM flipped CROSS JOIN hints USING (rule, k);

-- : around -- what is judged anew, and all that share a key with it that counts
WITH counting AS (SELECT rule, k FROM wanted EXCEPT SELECT rule, k FROM facts WHERE fact = 'full')
SELECT rid FROM dirty
UNION SELECT rid FROM counting CROSS JOIN keys USING (rule, k)
WHERE (rule, k, source) NOT IN (SELECT rule, k, source FROM facts WHERE fact = 'claimed')
UNION SELECT rid FROM counting CROSS JOIN hints USING (rule, k);

-- : drop
DELETE FROM pairs WHERE l IN (SELECT rid FROM dirty) OR r IN (SELECT rid FROM dirty);

-- : pairs
SELECT min(one.rid, other.rid), max(one.rid, other.rid), rule, evidence, score FROM pairs
JOIN seen one ON one.n = l JOIN seen other ON other.n = r
UNION ALL SELECT first, rid, 'exact-name', 'name=' || k, 1.0 FROM echoes WHERE NOT held;

-- : excesses
SELECT rule, k, source, n FROM excess
UNION ALL SELECT 'name', k, source, count(*) + 1 FROM echoes WHERE held GROUP BY first, k, source
ORDER BY 1, 2, 3, 4;

-- : claimants -- a few actors to which a source gives a key, or to which others do
SELECT rid FROM (
  SELECT seen.rid, source, rule, k FROM keys JOIN seen ON seen.n = keys.rid
  UNION ALL SELECT rid, source, 'name', k FROM echoes WHERE held
) WHERE rule = ? AND k = ? AND (source = ?) = ? ORDER BY rid LIMIT ?;

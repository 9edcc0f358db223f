-- How two actors come to be judged the same. Input, made by a pure function of each actor alone (comparison.py):
--   records(rid, source, kind, country, city, unit, body, numbers); rid is a number
--   keys(rid, source, rule, k, detail): rule is 'id:' and a register, 'web' (detail: host and path), or 'name', 'words',
--     'joined' (detail: 2 where the country is known or the name has several words, so that a rule may join by it)
--   hints(rid, source, rule, k, detail): words of names and the like; here they only tell whether names share a word
--   overfull(rule, k) and claimed(rule, k, source): keys left out beforehand, when only some records are looked at
-- Each step is a SELECT that an engine keeps as a table under its name. One text for SQLite, DuckDB and Spark: the subset
-- that all three have. More than {block} actors do not share a key; no source may give one to more than {claims} records.

-- step counts: keys of two actors or more
SELECT keys.rule, keys.k, count(*) AS n FROM keys GROUP BY keys.rule, keys.k HAVING count(*) > 1

-- step frequent: of these, what one source may give to more records than can be true
SELECT counts.rule, counts.k FROM counts WHERE counts.n > {claims}
UNION SELECT claimed.rule, claimed.k FROM claimed

-- step claims (rule, k, source): those claims, which are left out
SELECT c.rule, c.k, c.source, c.n FROM (
  SELECT keys.rule, keys.k, keys.source, count(*) AS n
  FROM frequent JOIN keys ON keys.rule = frequent.rule AND keys.k = frequent.k
  GROUP BY keys.rule, keys.k, keys.source
) c LEFT JOIN claimed ON claimed.rule = c.rule AND claimed.k = c.k AND claimed.source = c.source
WHERE c.n > {claims} OR claimed.k IS NOT NULL

-- step blocks (rule, k): keys that count; those that more actors share than allowed are reported, not compared
SELECT counts.rule, counts.k FROM counts
LEFT JOIN overfull ON overfull.rule = counts.rule AND overfull.k = counts.k
LEFT JOIN (SELECT claims.rule, claims.k, sum(claims.n) AS n FROM claims GROUP BY claims.rule, claims.k) c
  ON c.rule = counts.rule AND c.k = counts.k
WHERE overfull.k IS NULL AND counts.n - coalesce(c.n, 0) > 1 AND counts.n - coalesce(c.n, 0) <= {block}

-- step agreed (l, r): pairs, and what they agree in; of names, those that people would write first, after a digit
SELECT p.l, p.r,
  min(CASE WHEN p.rule LIKE 'id:%' THEN p.rule || '=' || p.k END) AS id_key,
  min(CASE WHEN p.rule IN ('name', 'words', 'joined') AND p.one = '2' AND p.other = '2'
    THEN CASE p.rule WHEN 'name' THEN '1' WHEN 'joined' THEN '2' ELSE '3' END || p.k END) AS name_key,
  min(CASE WHEN p.rule IN ('name', 'words', 'joined')
    THEN CASE p.rule WHEN 'name' THEN '1' WHEN 'joined' THEN '2' ELSE '3' END || p.k END) AS any_name,
  min(CASE WHEN p.rule = 'web' THEN p.k END) AS web_key,
  max(CASE WHEN p.rule = 'web' AND p.one = p.other THEN 1 ELSE 0 END) AS same_site,
  max(CASE WHEN p.rule = 'web' AND p.one NOT LIKE '%/%' AND p.other NOT LIKE '%/%' THEN 1 ELSE 0 END) AS roots
FROM (
  SELECT x.rid AS l, y.rid AS r, x.rule, x.k, x.detail AS one, y.detail AS other
  FROM blocks JOIN keys x ON x.rule = blocks.rule AND x.k = blocks.k
  LEFT JOIN claims a ON a.rule = x.rule AND a.k = x.k AND a.source = x.source
  JOIN keys y ON y.rule = blocks.rule AND y.k = blocks.k
  LEFT JOIN claims b ON b.rule = y.rule AND b.k = y.k AND b.source = y.source
  WHERE x.rid < y.rid AND a.k IS NULL AND b.k IS NULL
) p GROUP BY p.l, p.r

-- step left_ids: registered numbers of the left ones; kept by itself, or engines begin with register = register
SELECT agreed.l, agreed.r, keys.rule, keys.k FROM agreed JOIN keys ON keys.rid = agreed.l WHERE keys.rule LIKE 'id:%'

-- step clashes (l, r): pairs with numbers of one register and none in common
SELECT c.l, c.r, min(c.rule) AS register
FROM (
  SELECT left_ids.l, left_ids.r, left_ids.rule, max(CASE WHEN left_ids.k = keys.k THEN 1 ELSE 0 END) AS agree
  FROM left_ids JOIN keys ON keys.rid = left_ids.r AND keys.rule = left_ids.rule
  GROUP BY left_ids.l, left_ids.r, left_ids.rule
) c WHERE c.agree = 0 GROUP BY c.l, c.r

-- step sited (l, r): pairs of one domain that neither a number nor a name joins
SELECT agreed.l, agreed.r, agreed.name_key
FROM agreed JOIN records a ON a.rid = agreed.l JOIN records b ON b.rid = agreed.r
WHERE agreed.web_key IS NOT NULL AND agreed.id_key IS NULL AND (agreed.name_key IS NULL OR a.city <> b.city)

-- step longer (l, r): of these, where a name of one is a name of the other with more words: seldom the same body
SELECT sited.l, sited.r, 1 AS yes
FROM sited JOIN keys x ON x.rid = sited.l AND x.rule = 'name' JOIN keys y ON y.rid = sited.r AND y.rule = 'name'
WHERE sited.name_key IS NULL
  AND (y.k LIKE x.k || ' %' OR y.k LIKE '% ' || x.k OR x.k LIKE y.k || ' %' OR x.k LIKE '% ' || y.k)
GROUP BY sited.l, sited.r

-- step left_words: words of the left ones, kept by itself for the same reason
SELECT sited.l, sited.r, hints.rule, hints.k FROM sited
JOIN hints ON hints.rid = sited.l WHERE hints.rule IN ('word', 'body')

-- step akin (l, r): do names share a word of their own, and a word for the kind of body?
SELECT left_words.l, left_words.r, max(CASE WHEN hints.rule = 'word' THEN 1 ELSE 0 END) AS word,
  max(CASE WHEN hints.rule = 'body' THEN 1 ELSE 0 END) AS body
FROM left_words JOIN hints ON hints.rid = left_words.r AND hints.rule = left_words.rule AND hints.k = left_words.k
GROUP BY left_words.l, left_words.r

-- step verdicts: the rule that joins a pair, or 'near' for the queue; pairs under a veto are left out
SELECT v.l, v.r, v.rule, v.evidence, v.country FROM (
  SELECT g.l, g.r,
    CASE
      WHEN a.kind <> b.kind AND (a.kind = 'organisation' OR b.kind = 'organisation') THEN 'veto'
      WHEN clashes.register IS NOT NULL THEN 'veto'
      WHEN g.id_key IS NULL AND a.country <> b.country THEN 'veto'
      WHEN g.id_key IS NULL AND a.numbers <> '' AND b.numbers <> '' AND a.numbers <> b.numbers THEN 'veto'
      WHEN a.kind = 'centre' OR b.kind = 'centre' THEN 'near'
      WHEN g.id_key IS NOT NULL THEN 'registered-id'
      WHEN g.name_key IS NOT NULL AND (a.city IS NULL OR b.city IS NULL OR a.city = b.city) THEN 'exact-name'
      WHEN g.web_key IS NULL THEN 'near'
      WHEN a.unit <> b.unit OR longer.yes = 1 THEN 'part'
      WHEN a.numbers <> b.numbers THEN 'near'
      WHEN g.same_site = 1 AND (akin.body = 1 OR a.body = '' OR b.body = '') THEN 'web-domain'
      WHEN g.roots = 1 AND akin.word = 1 AND a.body = b.body THEN 'web-domain'
      ELSE 'near'
    END AS rule,
    CASE
      WHEN g.id_key IS NOT NULL THEN g.id_key
      WHEN g.name_key IS NOT NULL THEN 'name=' || substr(g.name_key, 2)
      WHEN g.web_key IS NOT NULL THEN 'domain=' || g.web_key
      ELSE 'name=' || substr(g.any_name, 2)
    END AS evidence,
    CASE WHEN g.id_key IS NULL AND a.country = b.country THEN a.country ELSE '' END AS country
  FROM agreed g JOIN records a ON a.rid = g.l JOIN records b ON b.rid = g.r
  LEFT JOIN clashes ON clashes.l = g.l AND clashes.r = g.r
  LEFT JOIN longer ON longer.l = g.l AND longer.r = g.r
  LEFT JOIN akin ON akin.l = g.l AND akin.r = g.r
) v WHERE v.rule <> 'veto'

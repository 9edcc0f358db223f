-- Pairs for the review queue, beyond those that matching.sql leaves near: hints that few actors share. Input as there.

-- step hint_counts: hints of two actors or more, and of {hint} at most
SELECT hints.rule, hints.k, count(*) AS n FROM hints
LEFT JOIN overfull ON overfull.rule = hints.rule AND overfull.k = hints.k
WHERE overfull.k IS NULL AND hints.rule NOT IN ('body', 'form') GROUP BY hints.rule, hints.k HAVING count(*) > 1 AND count(*) <= {hint}

-- step hinted_by (rule, k): who gives them
SELECT hints.rid, hints.rule, hints.k, hints.detail, hint_counts.n
FROM hint_counts JOIN hints ON hints.rule = hint_counts.rule AND hints.k = hint_counts.k

-- step hinted: pairs that share two words, a rare one, all words as key words, or a short name and initials
SELECT p.l, p.r, p.strong FROM (
  SELECT x.rid AS l, y.rid AS r, count(*) AS shared, min(x.n) AS rarest,
    max(CASE WHEN x.rule = 'word' THEN 0 ELSE 1 END) AS strong
  FROM hinted_by x JOIN hinted_by y ON y.rule = x.rule AND y.k = x.k
  WHERE x.rid < y.rid AND (x.rule <> 'initials' OR x.detail <> y.detail)
  GROUP BY x.rid, y.rid
) p JOIN records a ON a.rid = p.l JOIN records b ON b.rid = p.r
WHERE (p.shared > 1 OR p.rarest <= {rare} OR p.strong = 1)
  AND (a.country IS NULL OR b.country IS NULL OR a.country = b.country)
  AND (a.kind = b.kind OR (a.kind <> 'organisation' AND b.kind <> 'organisation'))
  AND (a.numbers = '' OR b.numbers = '' OR a.numbers = b.numbers)

-- step hinted_ids: registered numbers of the left ones
SELECT hinted.l, hinted.r, keys.rule, keys.k FROM hinted JOIN keys ON keys.rid = hinted.l WHERE keys.rule LIKE 'id:%'

-- step hinted_clashes (l, r): pairs with numbers of one register and none in common
SELECT DISTINCT c.l, c.r
FROM (
  SELECT hinted_ids.l, hinted_ids.r, hinted_ids.rule, max(CASE WHEN hinted_ids.k = keys.k THEN 1 ELSE 0 END) AS agree
  FROM hinted_ids JOIN keys ON keys.rid = hinted_ids.r AND keys.rule = hinted_ids.rule
  GROUP BY hinted_ids.l, hinted_ids.r, hinted_ids.rule
) c WHERE c.agree = 0

-- step candidates: hinted pairs without a clash that share no key of matching.sql
SELECT hinted.l, hinted.r, hinted.strong FROM hinted
LEFT JOIN hinted_clashes ON hinted_clashes.l = hinted.l AND hinted_clashes.r = hinted.r
LEFT JOIN agreed ON agreed.l = hinted.l AND agreed.r = hinted.r
WHERE hinted_clashes.l IS NULL AND agreed.l IS NULL

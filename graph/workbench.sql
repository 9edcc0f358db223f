-- What the workbench and its fetch log ask and tell the tables of schema.sql, each statement after a line with its name.

-- : listing -- the keys that a run has listed so far, and whether one of its sound records had them
CREATE TEMP TABLE IF NOT EXISTS seen (run INTEGER, key TEXT, sound INTEGER, PRIMARY KEY (run, key)) WITHOUT ROWID;

-- : interrupt
UPDATE runs SET status = 'interrupted', ended = ? WHERE status = 'running' RETURNING id;

-- : describe
INSERT OR REPLACE INTO sources VALUES (?, ?, ?);

-- : begin
INSERT INTO runs (source, started, status, mapping_version) VALUES (?, ?, 'running', ?) RETURNING id;

-- : unchanged -- and checked by the same shapes
SELECT key, content_hash FROM records
WHERE source = ? AND shapes_hash = ? AND gone_run IS NULL AND key IN (SELECT value FROM json_each(?));

-- : list
INSERT OR IGNORE INTO temp.seen VALUES (?, ?, ?);

-- : take
UPDATE temp.seen SET sound = TRUE WHERE run = ? AND key = ? AND NOT sound;

-- : keep
INSERT OR REPLACE INTO records VALUES (
  ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
  coalesce((SELECT first_run FROM records WHERE source = ?1 AND key = ?2), ?12), ?12, NULL
) RETURNING first_run = changed_run AS new;

-- : note
INSERT INTO issues VALUES (
  :source, :key, :code, :field, :value, :severity, :file, :line, :expected, :message, :run, :run
) ON CONFLICT DO UPDATE SET last_run = excluded.last_run, message = excluded.message, file = excluded.file;

-- : count
UPDATE runs SET read = read + ?1 + ?2 + ?3, new = new + ?1, changed = changed + ?2, unchanged = unchanged + ?3,
  set_aside = set_aside + ?4
WHERE id = ?5;

-- : found
DELETE FROM missing WHERE source = ?1 AND key IN (SELECT key FROM temp.seen WHERE run = ?2);

-- : missed
INSERT INTO missing SELECT source, key, ?2 FROM records
WHERE source = ?1 AND gone_run IS NULL AND key NOT IN (SELECT key FROM temp.seen WHERE run = ?2);

-- : gone
UPDATE records SET gone_run = ?2 WHERE source = ?1 AND gone_run IS NULL
AND key IN (SELECT key FROM missing WHERE source = ?1 GROUP BY key HAVING count(*) >= ?3);

-- : listed
DELETE FROM temp.seen WHERE run = ?;

-- : end
UPDATE runs SET status = ?, ended = ?, gone = ?, note = ? WHERE id = ? RETURNING *;

-- : rewrite -- the empty hash makes the next harvest look at the record as at a changed one
UPDATE records SET quads = kept(quads), content_hash = '' WHERE kept(quads) <> quads;

-- : unsay
DELETE FROM issues WHERE hides(key) OR hides(value) OR hides(message);

-- : runs
SELECT * FROM runs ORDER BY id DESC;

-- : complete -- the last complete run of each source
SELECT * FROM runs WHERE id IN (SELECT max(id) FROM runs WHERE status = 'complete' GROUP BY source);

-- : issues -- that the last finished run of their source still had
SELECT issues.*, runs.started AS first_seen FROM issues JOIN runs ON runs.id = first_run
JOIN (SELECT source AS of, max(id) AS latest FROM runs WHERE status <> 'interrupted' GROUP BY source)
  ON of = issues.source AND last_run = latest
WHERE ?1 IS NULL OR issues.source = ?1
ORDER BY severity = 'info', severity = 'warning', code, issues.source, key, line, field;

-- : issues_of
SELECT * FROM issues WHERE ?1 IN (last_run, first_run);

-- : difference
SELECT key, CASE ?1 WHEN gone_run THEN 'gone' WHEN first_run THEN 'new' ELSE 'changed' END FROM records
WHERE ?1 IN (changed_run, gone_run) ORDER BY key;

-- : records
SELECT r.* FROM records r JOIN sources s ON s.id = r.source WHERE r.gone_run IS NULL
ORDER BY s.precedence, r.source, r.key;

-- : add_fetch
INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- : find_fetch -- the newest of some runs
SELECT * FROM fetches WHERE source = ? AND key = ? AND run IN (SELECT value FROM json_each(?)) AND fetched_at >= ?
ORDER BY run DESC LIMIT 1;

-- : latest_fetch -- that has a body
SELECT * FROM fetches WHERE source = ? AND key = ? AND file <> '' ORDER BY run DESC LIMIT 1;

-- : archived
SELECT coalesce(max(archived), 0) FROM fetches WHERE source = ? AND run = ?;

-- : interrupted -- the runs since the last that ended
SELECT id FROM runs WHERE source = ?1 AND id < ?2 AND status = 'interrupted' AND id > (
  SELECT coalesce(max(id), 0) FROM runs WHERE source = ?1 AND id < ?2 AND status <> 'interrupted'
) ORDER BY id DESC;

-- : drop_fetches
DELETE FROM fetches WHERE source = ? AND file = ?;

-- : robots
SELECT body, read_at FROM robots WHERE origin = ?;

-- : keep_robots
INSERT OR REPLACE INTO robots VALUES (?, ?, ?);

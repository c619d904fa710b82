-- Rows as the second level writes them, beside those of the first.
INSERT INTO worker (owner, kind, host, process, started_at, beat_at, stopped_at) VALUES ('worker_1', 'serve', 'desk-1', 4711, 1795424801070, 1795424901070, NULL);
INSERT INTO breaker (vendor, state, failures, opened_at, probe_at, why) VALUES ('lemlist', 'open', 5, 1795424801070, 1795424861070, 'the vendor answers 503');
INSERT INTO vote (gate, person, acts_for, at) VALUES ('gate_vjbboiji222qlno3fgzq', 'otto', 'max', 1795426716000);
INSERT INTO absence (person, from_at, until_at, delegate, at) VALUES ('mona', 1795424801070, 1796029601070, 'otto', 1795424801070);
INSERT INTO before_image (run, object, key, record, created, before, after, stands, state, at) VALUES ('run_5vpfzyif7yu35kghc5ki', 'contacts', 'mara@acme.example', '701', 0, '{"title":"CFO"}', '{"title":"VP Finance"}', 'null', 'written', 1795426124293);
INSERT INTO calls (run, vendor, number) VALUES ('run_5vpfzyif7yu35kghc5ki', 'hubspot', 12);
INSERT INTO item_archive (id, run, step, stage, queue, state, attempt, dedupe_key, weight, error, created_at, ended_at, archived_at) VALUES ('item_old', 'run_5vpfzyif7yu35kghc5ki', 0, 1, 'apollo', 'done', 1, 'old', 1, NULL, 1, 2, 3);
INSERT INTO gate_recipient (gate, idx, lead, hash, body) VALUES ('gate_vjbboiji222qlno3fgzq', 0, 'lead_3qm7tl7g5ai4meyswhot', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '{}');
INSERT INTO cron (name, next_at, enabled, expr, zone, last_at, asked, lease_owner, lease_until, not_before, failures, error) VALUES ('archive', 1795487400000, 1, '30 2 * * *', 'UTC', 1795401000000, 0, 'worker_1', 0, 1795424861070, 1, 'use the database: it was away');

-- Many workers, decisions by several people, work that is stopped, kept and taken back.

-- Workers and what they hold ----------------------------------------------------------------------------------
CREATE TABLE worker (
    owner TEXT PRIMARY KEY, kind TEXT NOT NULL, host TEXT NOT NULL, process BIGINT NOT NULL,
    started_at BIGINT NOT NULL, beat_at BIGINT NOT NULL, stopped_at BIGINT
);
INSERT INTO counter (name, value) VALUES ('leases_lost', 0);
CREATE INDEX item_lane ON item (state, queue, run, priority DESC, run_at);
CREATE INDEX item_owner ON item (lease_owner, state);
ALTER TABLE inbox ADD COLUMN lease_owner TEXT;
ALTER TABLE inbox ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN paused_by TEXT;

-- Limits of the vendors -----------------------------------------------------------------------------------------
ALTER TABLE limiter ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE limiter ADD COLUMN day_used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE limiter ADD COLUMN day_max BIGINT NOT NULL DEFAULT 0;
ALTER TABLE limiter ADD COLUMN waits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE limiter ADD COLUMN waited_ms BIGINT NOT NULL DEFAULT 0;
-- What a ready item waits for besides its time: halt, reconcile, breaker:VENDOR, daily:VENDOR.
ALTER TABLE item ADD COLUMN waits TEXT;
CREATE TABLE breaker (
    vendor TEXT PRIMARY KEY, state TEXT NOT NULL, failures BIGINT NOT NULL, opened_at BIGINT NOT NULL,
    probe_at BIGINT NOT NULL, why TEXT NOT NULL
);

-- Decisions -----------------------------------------------------------------------------------------------------
ALTER TABLE gate ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0;
ALTER TABLE gate ADD COLUMN quorum BIGINT NOT NULL DEFAULT 1;
ALTER TABLE gate ADD COLUMN decided_for TEXT;
CREATE TABLE vote (
    gate TEXT NOT NULL, person TEXT NOT NULL, acts_for TEXT, at BIGINT NOT NULL, PRIMARY KEY (gate, person)
);
-- An approval is its votes: those given before there were any become one each.
INSERT INTO vote (gate, person, at) SELECT id, decided_by, decided_at FROM gate WHERE state = 'approved' AND decided_by IS NOT NULL;
CREATE TABLE absence (
    person TEXT PRIMARY KEY, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, delegate TEXT, at BIGINT NOT NULL
);

-- Effects that a person resolved, and what was there before a write of ours -------------------------------------
ALTER TABLE effect ADD COLUMN resolved_by TEXT;
ALTER TABLE effect ADD COLUMN resolution TEXT;
ALTER TABLE effect ADD COLUMN reason TEXT;
-- `key` is ours (an address, a company's id), `record` the CRM's; `stands` is what a comparison read last.
CREATE TABLE before_image (
    run TEXT NOT NULL, object TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL, created BIGINT NOT NULL,
    before TEXT NOT NULL, after TEXT NOT NULL, stands TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (run, object, key)
);
CREATE INDEX before_image_record ON before_image (run, object, record);

-- What a run called ---------------------------------------------------------------------------------------------
CREATE TABLE calls (run TEXT NOT NULL, vendor TEXT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (run, vendor));

-- What recurs ---------------------------------------------------------------------------------------------------
ALTER TABLE cron ADD COLUMN expr TEXT NOT NULL DEFAULT '';
ALTER TABLE cron ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE cron ADD COLUMN last_at BIGINT;
ALTER TABLE cron ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cron ADD COLUMN lease_owner TEXT;
ALTER TABLE cron ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cron ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cron ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cron ADD COLUMN error TEXT;

-- What is over and old ------------------------------------------------------------------------------------------
CREATE TABLE item_archive (
    id TEXT PRIMARY KEY, run TEXT NOT NULL, step BIGINT NOT NULL, stage BIGINT NOT NULL, queue TEXT NOT NULL,
    state TEXT NOT NULL, attempt BIGINT NOT NULL, dedupe_key TEXT NOT NULL, weight BIGINT NOT NULL, error TEXT,
    created_at BIGINT NOT NULL, ended_at BIGINT, archived_at BIGINT NOT NULL
);
CREATE INDEX item_archive_run ON item_archive (run, step, state);

-- Who a launch goes to, one person a row; the gate's payload holds a digest over the hashes -------------------------
CREATE TABLE gate_recipient (
    gate TEXT NOT NULL, idx BIGINT NOT NULL, lead TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (gate, idx)
);
CREATE INDEX run_lead_rank ON run_lead (run, position, lead);
CREATE UNIQUE INDEX gate_recipient_lead ON gate_recipient (gate, lead);

-- One text for SQLite and Postgres: TEXT, BIGINT and DOUBLE PRECISION only; JSON as TEXT, times as milliseconds.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
-- Gapless numbers (audit, outbox): the row lock orders their writers.
CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counter (name, value) VALUES ('outbox', 0), ('audit', 0);

-- Conversation ------------------------------------------------------------------------------------------------
CREATE TABLE thread (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, owner TEXT NOT NULL, surface TEXT NOT NULL,
    busy BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX thread_updated ON thread (updated_at);
CREATE TABLE inbox (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, event TEXT NOT NULL, thread TEXT NOT NULL, person TEXT NOT NULL,
    kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL,
    received_at BIGINT NOT NULL, done_at BIGINT, UNIQUE (source, event)
);
CREATE INDEX inbox_open ON inbox (state, thread, received_at);
CREATE TABLE message (
    id TEXT PRIMARY KEY, thread TEXT NOT NULL, at BIGINT NOT NULL, seq BIGINT NOT NULL, author TEXT NOT NULL,
    text TEXT NOT NULL, card TEXT, dedupe_key TEXT UNIQUE
);
CREATE INDEX message_thread ON message (thread, seq);
CREATE TABLE card (
    id TEXT PRIMARY KEY, thread TEXT NOT NULL, run TEXT, kind TEXT NOT NULL, version BIGINT NOT NULL,
    state TEXT NOT NULL, body TEXT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX card_thread ON card (thread, updated_at);
CREATE TABLE action (
    token TEXT PRIMARY KEY, card TEXT NOT NULL, thread TEXT NOT NULL, verb TEXT NOT NULL, run TEXT, gate TEXT,
    roles TEXT NOT NULL, data TEXT NOT NULL, used_by TEXT, used_at BIGINT, outcome TEXT
);
CREATE INDEX action_card ON action (card);
CREATE TABLE outbox (
    seq BIGINT PRIMARY KEY, thread TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, at BIGINT NOT NULL
);
CREATE INDEX outbox_thread ON outbox (thread, seq);
CREATE TABLE file (
    id TEXT PRIMARY KEY, thread TEXT NOT NULL, name TEXT NOT NULL, bytes BIGINT NOT NULL, encoding TEXT NOT NULL,
    body TEXT NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE list (
    id TEXT PRIMARY KEY, thread TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, rows BIGINT NOT NULL,
    summary TEXT NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE list_row (list TEXT NOT NULL, idx BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (list, idx));

-- Planning ----------------------------------------------------------------------------------------------------
CREATE TABLE entry (thread TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (thread, seq));
CREATE TABLE turn (
    inbox TEXT PRIMARY KEY, thread TEXT NOT NULL, state TEXT NOT NULL, over BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE plan (
    thread TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL,
    card TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (thread, version)
);
CREATE TABLE usage (
    id TEXT PRIMARY KEY, thread TEXT NOT NULL, run TEXT, purpose TEXT NOT NULL, model TEXT NOT NULL,
    prompt_tokens BIGINT NOT NULL, completion_tokens BIGINT NOT NULL, cost_micro_usd BIGINT NOT NULL, at BIGINT NOT NULL
);
CREATE INDEX usage_run ON usage (run);

-- Runs --------------------------------------------------------------------------------------------------------
CREATE TABLE run (
    id TEXT PRIMARY KEY, code TEXT NOT NULL, thread TEXT NOT NULL, plan TEXT NOT NULL, plan_hash TEXT NOT NULL,
    state TEXT NOT NULL, priority BIGINT NOT NULL, started_by TEXT NOT NULL, card TEXT NOT NULL,
    wake_at BIGINT NOT NULL, fence BIGINT NOT NULL, lease_owner TEXT, lease_until BIGINT NOT NULL,
    cancelled_by TEXT, error TEXT, dedupe_key TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX run_wake ON run (state, wake_at);
CREATE INDEX run_thread ON run (thread);
CREATE TABLE step (
    run TEXT NOT NULL, idx BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, stage BIGINT NOT NULL,
    output TEXT NOT NULL, started_at BIGINT, ended_at BIGINT, PRIMARY KEY (run, idx)
);
CREATE TABLE item (
    id TEXT PRIMARY KEY, run TEXT NOT NULL, step BIGINT NOT NULL, stage BIGINT NOT NULL, queue TEXT NOT NULL,
    state TEXT NOT NULL, priority BIGINT NOT NULL, run_at BIGINT NOT NULL, attempt BIGINT NOT NULL,
    fence BIGINT NOT NULL, lease_owner TEXT, lease_until BIGINT NOT NULL, dedupe_key TEXT NOT NULL UNIQUE,
    weight BIGINT NOT NULL, payload TEXT NOT NULL, result TEXT, error TEXT, created_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX item_ready ON item (state, run_at);
CREATE INDEX item_run ON item (run, step, state);
CREATE TABLE effect (
    key TEXT PRIMARY KEY, run TEXT NOT NULL, item TEXT NOT NULL, vendor TEXT NOT NULL, op TEXT NOT NULL,
    class TEXT NOT NULL, state TEXT NOT NULL, request_hash TEXT NOT NULL, gate TEXT, response TEXT,
    at BIGINT NOT NULL, done_at BIGINT
);
CREATE INDEX effect_run ON effect (run, state);
CREATE TABLE gate (
    id TEXT PRIMARY KEY, run TEXT NOT NULL, step BIGINT NOT NULL, kind TEXT NOT NULL, version BIGINT NOT NULL,
    payload TEXT NOT NULL, payload_hash TEXT NOT NULL, roles TEXT NOT NULL, state TEXT NOT NULL, card TEXT NOT NULL,
    decided_by TEXT, decided_at BIGINT, decision TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE INDEX gate_run ON gate (run, step, version);
CREATE INDEX gate_open ON gate (state, expires_at);
CREATE TABLE limiter (
    key TEXT PRIMARY KEY, tat BIGINT NOT NULL, interval_us BIGINT NOT NULL, burst_us BIGINT NOT NULL, blocked_until BIGINT NOT NULL
);
CREATE TABLE cron (name TEXT PRIMARY KEY, next_at BIGINT NOT NULL, enabled BIGINT NOT NULL);
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    payload_hash TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
);

-- Leads -------------------------------------------------------------------------------------------------------
CREATE TABLE lead (
    id TEXT PRIMARY KEY, email_key TEXT, linkedin_key TEXT, body TEXT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX lead_email ON lead (email_key);
CREATE INDEX lead_linkedin ON lead (linkedin_key);
CREATE TABLE lead_source (
    vendor TEXT NOT NULL, vendor_id TEXT NOT NULL, lead TEXT NOT NULL, PRIMARY KEY (vendor, vendor_id)
);
CREATE TABLE run_lead (
    run TEXT NOT NULL, lead TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, position BIGINT NOT NULL,
    fit BIGINT NOT NULL, score BIGINT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (run, lead)
);
CREATE INDEX run_lead_state ON run_lead (run, state, position);
CREATE TABLE cache (
    vendor TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (vendor, kind, key)
);
CREATE TABLE spend (
    id TEXT PRIMARY KEY, run TEXT NOT NULL, vendor TEXT NOT NULL, credits BIGINT NOT NULL, at BIGINT NOT NULL
);
CREATE INDEX spend_run ON spend (run);
CREATE TABLE suppression (
    key TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE TABLE consent (
    email_key TEXT PRIMARY KEY, basis TEXT NOT NULL, reference TEXT NOT NULL, proof TEXT NOT NULL,
    at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);

-- Outreach ----------------------------------------------------------------------------------------------------
CREATE TABLE draft (
    run TEXT NOT NULL, lead TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, lead, version)
);
CREATE TABLE campaign (
    id TEXT PRIMARY KEY, run TEXT NOT NULL UNIQUE, thread TEXT NOT NULL, name TEXT NOT NULL, vendor TEXT NOT NULL,
    vendor_id TEXT, state TEXT NOT NULL, gate TEXT NOT NULL, setup TEXT NOT NULL, at BIGINT NOT NULL, started_at BIGINT
);
CREATE INDEX campaign_vendor ON campaign (vendor, vendor_id);
CREATE TABLE enrolment (
    campaign TEXT NOT NULL, lead TEXT NOT NULL, email_key TEXT NOT NULL, company_key TEXT NOT NULL, vendor_lead TEXT,
    payload_hash TEXT NOT NULL, ruling TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (campaign, lead)
);
CREATE INDEX enrolment_email ON enrolment (email_key);
CREATE TABLE event (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, event TEXT NOT NULL, kind TEXT NOT NULL, campaign TEXT, lead TEXT,
    email_key TEXT NOT NULL, step BIGINT NOT NULL, at BIGINT NOT NULL, detail TEXT NOT NULL, received_at BIGINT NOT NULL,
    applied_at BIGINT, UNIQUE (source, event)
);
CREATE INDEX event_open ON event (applied_at, at);
CREATE INDEX event_campaign ON event (campaign, kind, at);

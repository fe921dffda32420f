/**
 * Jobs. `state` is the index in JOB_STATES. What is constant of a job is one JSON text (`head`); what is large lies in
 * tables of its own, so that pages of lists read small rows only. `fin` counts the endings: the order of the history.
 */
export const jobs = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state INTEGER NOT NULL,
    rank REAL NOT NULL,
    fin INTEGER,
    owner TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    unwanted INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    not_before INTEGER,
    bytes INTEGER NOT NULL,
    head TEXT NOT NULL,
    problem TEXT
  );
  CREATE INDEX jobs_by_state ON jobs (state, fin);
  CREATE INDEX jobs_of_owner ON jobs (owner, state, fin) WHERE owner IS NOT NULL;
  CREATE INDEX jobs_waiting ON jobs (rank, seq) WHERE state = 0;

  CREATE TABLE requests (seq INTEGER PRIMARY KEY, request TEXT NOT NULL, origin TEXT NOT NULL);
  CREATE TABLE results (seq INTEGER PRIMARY KEY, result TEXT NOT NULL);

  CREATE TABLE idempotency (
    owner TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, seq INTEGER NOT NULL, created INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
  ) WITHOUT ROWID;
  CREATE INDEX idempotency_of_job ON idempotency (seq);
`

/**
 * Names of published files: one for each job, node and index, with the hashes of what was about to be moved there; and
 * the last number that each prefix has had.
 */
export const files = `
  CREATE TABLE files (
    seq INTEGER NOT NULL, node TEXT NOT NULL, number INTEGER NOT NULL,
    filename TEXT NOT NULL, subfolder TEXT NOT NULL, contents TEXT NOT NULL, bytes INTEGER, sha256 TEXT,
    PRIMARY KEY (seq, node, number)
  ) WITHOUT ROWID;
  CREATE TABLE names (stem TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
`

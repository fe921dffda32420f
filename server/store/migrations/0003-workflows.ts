/** Saved workflows with their versions; the one with the highest number is the newest. */
export const workflows = `
  CREATE TABLE workflows (
    name TEXT NOT NULL, version INTEGER NOT NULL,
    etag TEXT NOT NULL, modified INTEGER NOT NULL, bytes INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (name, version)
  );
`

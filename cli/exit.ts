/** Exit codes, as the README has them; `terminated` is a server's that was told twice to stop. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, cancelled: 130, terminated: 143 } as const

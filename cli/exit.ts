/** Exit codes, as the README has them. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, cancelled: 130 } as const

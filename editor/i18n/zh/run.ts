import type { run as english } from '../en/run.ts'

export const run: Record<keyof typeof english, string> = {
}

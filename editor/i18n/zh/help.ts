import type { help as english } from '../en/help.ts'

export const help: Record<keyof typeof english, string> = {
}

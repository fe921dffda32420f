import type { widgets as english } from '../en/widgets.ts'

export const widgets: Record<keyof typeof english, string> = {
}

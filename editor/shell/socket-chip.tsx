import type { ReadonlySignal } from '@preact/signals'
import type { SocketType } from '../../core/types/socket.ts'
import { socketWords } from '../graph/socket-words.ts'
import { typeColor } from '../litegraph/type-colors.ts'
import type { Theme } from '../theme/shown-theme.ts'

interface SocketChipProps {
  readonly socket: SocketType
  readonly theme: ReadonlySignal<Theme> | Theme
  readonly name?: string
}

/** A socket in words, with the colour that the canvas gives its type. */
export function SocketChip({ socket, theme, name }: SocketChipProps) {
  const shown = typeof theme === 'string' ? theme : theme.value
  return (
    <span class="socket-chip">
      <span class="socket-dot" style={{ background: typeColor(socket, shown) }} />
      {name !== undefined && <span>{name}</span>}
      <span class="muted">{socketWords(socket)}</span>
    </span>
  )
}

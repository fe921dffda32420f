/** Files in the hand of a person over the page. */
import type { EditorPage } from './support.ts'

export interface GivenFile {
  readonly name: string
  readonly bytes: Buffer
  readonly type?: string
}

/** A place of the page: the middle of an element, or in CSS pixels. */
type Spot = string | readonly [x: number, y: number]

async function send({ page }: EditorPage, spot: Spot, files: readonly GivenFile[], events: readonly string[]): Promise<void> {
  const given = { files: files.map(({ name, bytes, type = '' }) => ({ name, type, text: bytes.toString('base64') })), events, spot }
  await page.evaluate(({ files: all, events: names, spot: where }) => {
    const data = new DataTransfer()
    for (const { name, type, text } of all) data.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name, { type }))
    const box = typeof where === 'string' ? document.querySelector(where)!.getBoundingClientRect() : undefined
    const [x, y] = box ? [box.left + box.width / 2, box.top + box.height / 2] : where as readonly [number, number] // one of the two
    const target = document.elementFromPoint(x, y) ?? document.body
    for (const name of names) {
      const event = name === 'paste' ? new ClipboardEvent(name, { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y })
      ;(name === 'paste' ? document.body : target).dispatchEvent(event)
    }
  }, given)
}

/** Drags them there without letting go. */
export const holdFiles = (editor: EditorPage, spot: Spot) =>
  send(editor, spot, [{ name: 'held.json', bytes: Buffer.from('{}') }], ['dragenter', 'dragover']).then(() => editor.drawn())

/** Drops them there. */
export const dropFiles = (editor: EditorPage, spot: Spot, files: readonly GivenFile[]) => send(editor, spot, files, ['dragenter', 'dragover', 'drop'])

/** Pastes them. */
export const pasteFiles = (editor: EditorPage, files: readonly GivenFile[]) => send(editor, [0, 0], files, ['paste'])

/** What the messages in the corner say, the oldest first. */
export async function toasts({ page }: EditorPage): Promise<string[]> {
  await page.locator('.toast').first().waitFor()
  return page.locator('.toast p').allInnerTexts()
}

/** The files of the server's input folder that a value may name. */
import { useEffect, useState } from 'preact/hooks'
import type { UploadKind } from '../../core/types/port.ts'
import type { Session } from '../app/session.ts'

/** A folder of more has to be named by hand. */
const MOST = 1000

/** Which files a kind means, by how they end; anything where it is left out. */
const ENDINGS: Readonly<Partial<Record<UploadKind, RegExp>>> = {
  image: /\.(?:png|jpe?g|webp|gif|bmp|tiff?|avif)$/i, video: /\.(?:mp4|webm|mov|mkv|m4v|gif|webp|avi)$/i, audio: /\.(?:mp3|wav|flac|ogg|opus|m4a|aac)$/i,
}

/** Their paths, once they are known: those right in the folder. */
export function useInputFiles(session: Session, kind: UploadKind | undefined): readonly string[] {
  const [files, setFiles] = useState<readonly string[]>([])
  useEffect(() => {
    if (kind === undefined) return undefined
    let isCurrent = true
    const show = (next: readonly string[]) => { if (isCurrent) setFiles(next) }
    inputFiles(session, kind).then(show, () => show([])) // an empty list, and the field to write in
    return () => { isCurrent = false }
  }, [session, kind])
  return files
}

async function inputFiles({ client }: Session, kind: UploadKind): Promise<readonly string[]> {
  const { assets } = await client.assets.list('input', { limit: MOST })
  const ending = ENDINGS[kind]
  return assets.filter((one) => one.type === 'file' && (ending === undefined || ending.test(one.path))).map(({ path }) => path)
}

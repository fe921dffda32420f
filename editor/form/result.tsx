import { useSignal } from '@preact/signals'
import { problemText } from '../../core/workflow/problem.ts'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import type { NodeMedia } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'
import { nameOf, openPlayer } from '../panels/player/open-player.ts'
import { Player } from '../panels/player/player.tsx'
import { useProbe } from '../panels/player/use-probe.ts'
import { filesOf, filesOfResult, isVideo, type ShownFile } from '../run/media.ts'
import type { JobView } from '../run/run-book.ts'
import { timeText } from '../run/time-text.ts'
import { currentText, stateText } from '../run/words.ts'
import { PreviewFrames } from './preview-frames.tsx'

interface ResultProps {
  readonly session: Session
  readonly document: EditorDocument
}

/** How the run of a document goes, and what it made. */
export function Result({ session, document }: ResultProps) {
  const view = session.runs.shown(document).value
  const files = filesOfView(view)
  const preview = view?.job.state === 'running' ? [...view.media.values()].findLast(isFrames) : undefined
  const texts = view === undefined ? [] : [...view.media.values()].flatMap((media) => (media.kind === 'text' ? [media.text] : []))
  return (
    <section class="form-result" aria-label={t('form.result')}>
      <Progress session={session} view={view} />
      {preview !== undefined && files.length === 0 ? <div class="form-stage"><PreviewFrames media={preview} /></div>
        : files.length > 0 ? <Files key={files.map(({ path }) => path).join('\n')} session={session} files={files} />
          : <div class="form-stage"><p class="muted">{t(view === undefined ? 'form.nothingYet' : view.job.state === 'done' ? 'form.noFiles' : 'form.wait')}</p></div>}
      {texts.map((text, index) => <pre key={index} class="form-text">{text}</pre>)}
    </section>
  )
}

const isFrames = (media: NodeMedia) => media.kind === 'frames'

/** What was saved for good first; before a run has ended, what its nodes have shown so far. */
function filesOfView(view: JobView | undefined): readonly ShownFile[] {
  if (view === undefined) return []
  return view.result === undefined ? [...view.ui.values()].flatMap(filesOf) : filesOfResult(view.result)
}

function Progress({ session, view }: { readonly session: Session; readonly view: JobView | undefined }) {
  if (view === undefined) return <div class="form-progress"><p class="form-state muted" role="status">{t('form.ready')}</p><progress value={0} max={1} aria-hidden="true" /></div>
  const { job: { state }, share, secondsLeft, problem } = view
  const isUnderWay = state === 'running' || state === 'queued'
  const left = secondsLeft === undefined ? undefined : t('run.left', { time: timeText(secondsLeft) })
  return (
    <div class="form-progress">
      <p class="form-state" role="status">
        <span>{stateText(state)}{isUnderWay && view.current !== undefined ? ` · ${currentText(view, session.definitions.value) ?? ''}` : ''}</span>
        {isUnderWay && left !== undefined && <span class="muted">{left}</span>}
      </p>
      <progress value={isUnderWay ? share : 1} max={1} aria-label={stateText(state)} data-state={state} />
      {problem !== undefined && state !== 'cancelled' && <p class="value-problem" role="alert">{problemText(problem)}</p>}
    </div>
  )
}

/** The first of them large; the others below, each a press away. */
function Files({ session, files }: { readonly session: Session; readonly files: readonly ShownFile[] }) {
  const chosen = useSignal(0)
  const file = files[chosen.value] ?? files[0]!
  const probe = useProbe(session, file)
  return (
    <>
      <Player key={`${file.root}/${file.path}`} session={session} file={file} probe={probe.value} />
      {files.length > 1 && (
        <ul class="form-files" aria-label={t('form.files')}>
          {files.map((one, index) => (
            <li key={`${one.root}/${one.path}`}>
              <button type="button" aria-pressed={one === file} aria-label={nameOf(one)} title={nameOf(one)} onClick={() => { chosen.value = index }}>
                <img src={session.client.assets.thumbnailUrl(one.root, one.path, 128)} alt="" width={64} height={64} loading="lazy" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="form-file">
        <span title={file.path}>{nameOf(file)}</span>
        <a class="button" href={`${session.client.assets.url(file.root, file.path)}?download=true`} download={nameOf(file)}>{t('run.player.download')}</a>
        <button type="button" class="button" onClick={() => void openPlayer(session, files, files.indexOf(file))}>{t(isVideo(file.path) ? 'form.openVideo' : 'form.openPicture')}</button>
      </p>
    </>
  )
}

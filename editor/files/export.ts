/** Writes the open workflow as a file, in our format or one of ComfyUI's, and says what that one can not hold. */
import type { Definitions } from '../../core/types/definition.ts'
import type { WorkflowFormat } from '../../core/comfy/detect.ts'
import { API_LOSSES, UI_LOSSES, type LossId } from '../../core/comfy/losses.ts'
import { workflowText } from '../../core/comfy/save.ts'
import { sameJson } from '../../core/workflow/json-equal.ts'
import { withoutSecrets } from '../../core/workflow/secrets.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Session } from '../app/session.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { FORMATS } from './formats.ts'

const ENDINGS: Readonly<Record<WorkflowFormat, string>> = { 'kinograph': '.json', 'comfy-api': '.api.json', 'comfy-ui': '.comfyui.json' }

/** What people would miss, and how it is said. What only the writing changes (the order of nodes, names of outputs) is nothing to them. */
const WORDS: Readonly<Partial<Record<LossId, TextKey>>> = {
  seeds: 'files.loss.seeds', virtual: 'files.loss.virtual', workflow: 'files.loss.workflow', looks: 'files.loss.looks',
}

/** What of a workflow does not come back from a format, in words. */
export function lostWords(workflow: Workflow, format: WorkflowFormat, definitions: Definitions): readonly string[] {
  const losses = format === 'comfy-api' ? API_LOSSES : format === 'comfy-ui' ? UI_LOSSES : []
  return losses.flatMap(({ id, without }) => {
    const words = WORDS[id]
    return words === undefined || sameJson(without(workflow, definitions), workflow) ? [] : [t(words)]
  })
}

/** The name of the file for a workflow of this title. */
export function fileName(title: string, format: WorkflowFormat): string {
  const safe = title.replace(/[\s\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ').slice(0, 100).replace(/^[. ]+|[. ]+$/g, '')
  return (safe === '' ? 'workflow' : safe) + ENDINGS[format]
}

/** Hands the file to the browser to be saved. Secret values stay here. @throws WorkflowError that names what the format can't hold */
export function exportDocument({ document, definitions, dialogs }: Session, format: WorkflowFormat): void {
  const { workflow, title } = document.peek()
  const known = definitions.peek()
  const shared = withoutSecrets(workflow.peek(), known).workflow
  const name = fileName(title.peek(), format)
  download(name, workflowText(shared, format, known))
  const lost = lostWords(shared, format, known)
  const text = t('files.exported', { name, format: t(FORMATS[format]) })
  dialogs.tell(lost.length === 0 ? { kind: 'success', text } : { kind: 'warning', text: `${text} ${t('files.lost', { what: lost.join(t('files.and')) })}` })
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000) // browsers read it after the click
}

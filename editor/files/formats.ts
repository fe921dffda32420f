import type { WorkflowFormat } from '../../core/comfy/detect.ts'
import type { TextKey } from '../i18n/index.ts'

/** What the formats of workflows are called. */
export const FORMATS: Readonly<Record<WorkflowFormat, TextKey>> = {
  'kinograph': 'files.format.kinograph', 'comfy-api': 'files.format.comfyApi', 'comfy-ui': 'files.format.comfyUi',
}

/** An input as `/object_info` describes it: `[TYPE, options]`, or `[[choices], options]`. */
import type { InputDefinition } from '../../../core/types/definition.ts'
import type { Json, JsonObject } from '../../../core/types/json.ts'
import { isList, isUnion, type SocketType } from '../../../core/types/socket.ts'

/** A type and what is said of it. */
export type InputSpec = readonly [type: string | readonly string[], options: JsonObject]

/** Our options that ComfyUI has under the same name. */
const SAME = [
  'default', 'tooltip', 'advanced', 'forceInput', 'socketless', 'widgetType', 'min', 'max', 'step', 'round', 'multiline', 'lazy', 'rawLink',
] as const satisfies readonly (keyof InputDefinition)[]

/** The input as ComfyUI's first schema has it; ports of ours that it has no word for are named in `kinograph`. */
export function inputSpec(input: InputDefinition): InputSpec {
  const { choices, socket } = input
  const item = isList(socket) ? socket.list : socket
  if (choices !== undefined && item === 'COMBO') return [choices, { ...options(input), ...(isList(socket) && { multiselect: true }) }]
  return [typeName(socket), options(input)]
}

/** A socket's type as one text: of several, all of them; a list is what its items are. */
export function typeName(socket: SocketType): string {
  if (typeof socket === 'string') return socket
  return isUnion(socket) ? socket.anyOf.map(typeName).join(',') : typeName(socket.list)
}

function options(input: InputDefinition): JsonObject {
  const { title, display, controlAfterGenerate, seed, labelOn, labelOff, dynamicPrompt, secret, socket } = input
  const same = SAME.flatMap((name): [string, Json][] => (input[name] === undefined ? [] : [[name, input[name]]]))
  return {
    ...Object.fromEntries(same),
    ...(title !== undefined && { display_name: title }),
    ...(display !== undefined && { display }),
    ...((controlAfterGenerate === true || seed === true) && { control_after_generate: true }),
    ...(labelOn !== undefined && { label_on: labelOn }),
    ...(labelOff !== undefined && { label_off: labelOff }),
    ...(dynamicPrompt !== undefined && { dynamicPrompts: dynamicPrompt }),
    ...(secret === true && { password: true }),
    ...(isList(socket) && { is_list: true }),
    ...uploadOptions(input), ...remoteOptions(input),
  }
}

/** ComfyUI says for each kind of file that it may be added. */
function uploadOptions({ upload }: InputDefinition): JsonObject {
  return upload === undefined ? {} : { [`${upload}_upload`]: true, ...(upload === 'image' && { image_folder: 'input' }) }
}

function remoteOptions({ remote }: InputDefinition): JsonObject {
  if (remote === undefined) return {}
  const { route, refresh, refreshButton, timeout, maxRetries, controlAfterRefresh } = remote
  return {
    remote: {
      route,
      ...(refresh !== undefined && { refresh }),
      ...(refreshButton !== undefined && { refresh_button: refreshButton }),
      ...(timeout !== undefined && { timeout }),
      ...(maxRetries !== undefined && { max_retries: maxRetries }),
      ...(controlAfterRefresh !== undefined && { control_after_refresh: controlAfterRefresh }),
    },
  }
}

/** Makes the next workflow of what a person did. What an edit does not touch stays the same object; so does all when nothing changes. */
import type { Definitions } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Edit } from './edit.ts'
import { describe, expose } from './edit-exposed.ts'
import { addGroup, changeGroup, removeGroup } from './edit-groups.ts'
import { connect, disconnect, reroute } from './edit-links.ts'
import { add, changeLook, move, rename, resize, setMode, setValue } from './edit-nodes.ts'
import { remove } from './edit-remove.ts'
import type { GraphPath } from './scene.ts'

/** @throws WorkflowError for an edit of what is not there, a name that is taken, or one that may not be */
export function applyEdits(workflow: Workflow, path: GraphPath, edits: readonly Edit[], definitions: Definitions): Workflow {
  return edits.reduce((now, edit) => applyEdit(now, path, edit, definitions), workflow)
}

function applyEdit(workflow: Workflow, path: GraphPath, edit: Edit, definitions: Definitions): Workflow {
  switch (edit.type) {
    case 'add': return add(workflow, path, edit.nodes)
    case 'remove': return remove(workflow, path, edit.nodes)
    case 'move': return move(workflow, path, edit.nodes)
    case 'resize': return resize(workflow, path, edit.id, edit.size)
    case 'connect': return connect(workflow, path, edit, definitions)
    case 'disconnect': return disconnect(workflow, path, edit.to, edit.input)
    case 'set': return setValue(workflow, path, edit.node, edit.input, edit.value)
    case 'rename': return rename(workflow, path, edit.id, edit.title)
    case 'mode': return setMode(workflow, path, edit.nodes, edit.mode)
    case 'look': return changeLook(workflow, path, edit.nodes, edit.look)
    case 'addGroup': return addGroup(workflow, path, edit)
    case 'changeGroup': return changeGroup(workflow, path, edit)
    case 'removeGroup': return removeGroup(workflow, path, edit.index)
    case 'reroute': return reroute(workflow, path, edit)
    case 'expose': return expose(workflow, path, edit)
    case 'describe': return describe(workflow, edit)
    default: return edit satisfies never
  }
}

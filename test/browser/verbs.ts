/** Which test holds what "Canvas" and "Around it" of the editor promise: a verb of either, word by word and in its order, and its tests. */

export interface Held {
  /** In this folder. */
  readonly file: string
  /** As the test, or its row in a table, is called there; a part of the name will do. */
  readonly test: string
}

const gestures = (test: string): Held => ({ file: 'canvas-gestures.test.ts', test })
const canvas = (test: string): Held => ({ file: 'verbs-canvas.test.ts', test })
const around = (test: string): Held => ({ file: 'verbs-around.test.ts', test })
const shell = (test: string): Held => ({ file: 'shell-frame.test.ts', test })
const keys = (test: string): Held => ({ file: 'state-keys.test.ts', test })
const queue = (test: string): Held => ({ file: 'run-queue.test.ts', test })
const history = (test: string): Held => ({ file: 'run-history.test.ts', test })

/** What can be done on the canvas. */
export const CANVAS_VERBS: Readonly<Record<string, readonly Held[]>> = {
  pan: [gestures('follows a drag over nothing, the middle button, and a drag with the space bar over a node'), { file: 'canvas-touch.test.ts', test: 'one pans, and drags a node' }],
  zoom: [gestures('zooms around the pointer with the wheel and with a pinch on a touchpad'), { file: 'canvas-touch.test.ts', test: 'two zoom by how far they part' }],
  fit: [gestures('shows everything when it is fitted')],
  snap: [gestures('snap to the grid while Shift is held'), canvas('snap to the grid is a setting as well')],
  align: [canvas('align puts nodes on one line; distribute makes their gaps the same')],
  'multi-select': [gestures('are selected one by one, more with Shift or Ctrl, in a rectangle, and not at all')],
  groups: [canvas('group is made around what is selected, named by a double click, and taken away'), gestures('move with their group; a group is made larger alone')],
  colours: [canvas('colours of nodes are chosen from a menu, drawn, and taken back')],
  collapse: [gestures('fold and unfold at their triangle')],
  pin: [canvas('pin holds a node where it is')],
  'copy/paste with links': [canvas('copy and paste keep the links between what was copied; with Shift, those from outside too')],
  duplicate: [canvas('duplicate puts the same beside it, linked to the same')],
  bypass: [canvas('bypass lets through what comes in: it runs without that node')],
  mute: [canvas('mute takes a node and what needs it out of the run')],
  reroutes: [gestures('get a reroute where they are double clicked, or pulled with Alt')],
  primitives: [canvas('primitives: a value becomes a node of its own, linked back')],
  'widgets that can take links': [canvas('a widget takes a link, and shows its own value again without it')],
  'node search by double click (fuzzy, ranked, by type)': [
    canvas('search by double click finds what is misspelled, the best first'), canvas('search by type: what gives one socket for another'),
    shell('a double click on nothing, a few letters and Enter add a node there; the focus goes back'),
  ],
  'and from a link dropped on nothing': [canvas('search from a link dropped on nothing offers what it fits, and links what is chosen')],
  'links coloured by type': [canvas('links have the colour of their type')],
  'a wrong link refused while it is dragged, with the reason': [gestures('are refused with the reason while they are held over what does not fit')],
  'subgraphs (make, enter, promote inputs, unpack)': [canvas('subgraph: made of what is selected, entered, an input promoted, left, and unpacked')],
  'notes (markdown, sanitised)': [canvas('note is added from the menu, written, and drawn with its marks')],
  'mini-map': [canvas('mini-map: a press on it goes there'), shell('a click and a drag in it move what is seen; its switch hides it')],
  'help panel per node derived from its definition': [around('help of a node says what its definition says')],
  'dialogs for missing nodes and missing models that say what provides them': [around('missing nodes and models are told in a dialog, with what provides them')],
  'Unknown nodes survive load and save': [canvas('unknown nodes survive load, save and export, with their links and places')],
}

/** What can be done around it. */
export const AROUND_VERBS: Readonly<Record<string, readonly Held[]>> = {
  'queue and history (progress, cancel this one, reorder, run again, open that run\'s graph)': [
    queue('says what runs and how far it is; this one is cancelled, the others go on'), queue('is put into another order with buttons and by dragging, and one of it is cancelled'),
    history('the history says what a job made, from which seed and how long; it is run again, opened, compared and forgotten'),
  ],
  'outputs gallery with a video player (frame step, loop, metadata)': [
    history('the gallery has the newest first, and its player steps by frames with buttons and keys'), history('the player says what a file carries, opens its graph, goes to other files and deletes'),
  ],
  'models panel (what is there, inspect, load report)': [around('models panel lists what is there, inspects one, and says how it loads')],
  'workflow library': [around('workflow library lists what was saved, opens it, and takes it away')],
  'templates (every template is run by a test on the embedded model)': [around('template is opened from its panel'), { file: '../cli/templates.test.ts', test: '%s runs on the embedded model and makes files that carry it' }],
  'command palette': [shell('every command is in the palette by its name, and runs from there')],
  'ComfyUI\'s default key bindings': [keys('$keys with $selected selected')],
  editable: [around('keys are changed in their panel, and work'), keys('keys that a person chose take the place of the default, also after a reload and in another browser')],
  settings: [around('settings are chosen in their panel, and kept')],
  'batch count': [queue('a batch is queued by one press, each run with a seed of its own; its results are seen one after the other')],
  'auto-queue': [queue('auto-queue runs again when something has changed, and only then'), queue('instant auto-queue runs on by itself until it is switched off')],
  'Ctrl+↑/↓ weights in prompts': [keys('letters that are written are letters, and Ctrl+ArrowUp weighs words of a prompt')],
  'light and dark themes': [shell('all texts of the %s theme can be read'), shell('the system decides until a person does')],
  'English and 简体中文, both complete': [around('the language is changed, and everything is said in it')],
}

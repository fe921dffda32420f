/** What is measured inside the page, as text: benchmarks are checked without the types of a browser. */

/** Runs before the page's own scripts: times every drawing callback and every frame, and when the editor can be used. */
export const WATCH = `
  const request = window.requestAnimationFrame.bind(window)
  const seen = { draws: [], frames: [], ready: undefined }
  globalThis.watched = seen
  window.requestAnimationFrame = (callback) => request((time) => {
    const started = performance.now()
    callback(time)
    seen.draws.push(performance.now() - started)
  })
  let last
  const tick = (time) => {
    if (last !== undefined) seen.frames.push(time - last)
    last = time
    const session = globalThis.kinograph?.session
    if (seen.ready === undefined && session?.canvas.value !== undefined && session.definitions.value.size > 0) {
      seen.ready = performance.now()
      request(() => { seen.drawn = performance.now() })
    }
    request(tick)
  }
  request(tick)`

/** Milliseconds from the start of the navigation until nodes are drawn and answer; nothing before. */
export const READY = 'globalThis.watched.drawn'

/** The files that were asked for until then; not what the page asks the server's API, nor what it loads in advance afterwards. */
export const FILES = `[location.href, ...performance.getEntriesByType('resource')
  .filter(({ startTime, initiatorType }) => startTime <= globalThis.watched.drawn && !['fetch', 'xmlhttprequest'].includes(initiatorType))
  .map(({ name }) => name)]`

/** Forgets what was timed so far. */
export const RESET = 'globalThis.watched.draws.length = globalThis.watched.frames.length = 0'

export const TIMES = '({ draws: globalThis.watched.draws, frames: globalThis.watched.frames })'

/** Opens a workflow and shows all of it; gives how many nodes are inside the canvas. */
export const openAll = (workflow: object): string => `(async () => {
  const { session } = globalThis.kinograph
  session.open(${JSON.stringify(workflow)})
  await new Promise((done) => setTimeout(done, 500))
  const canvas = session.canvas.value
  canvas.fit()
  const [left, top, width, height] = canvas.place({ kind: 'canvas' })
  const isInside = ([x, y], [w, h]) => x >= left && y >= top && x + w <= left + width && y + h <= top + height
  const { scale } = canvas.view
  return [...canvas.bounds().values()].filter(([x, y, w, h]) => isInside(canvas.toClient([x, y]), [w * scale, h * scale])).length
})()`

/** The middle of the canvas, in pixels. */
export const MIDDLE = `(() => {
  const [x, y, width, height] = globalThis.kinograph.session.canvas.value.place({ kind: 'canvas' })
  return [x + width / 2, y + height / 2]
})()`

/** The middle of the prompt's widget. */
export const PROMPT = `(() => {
  const { session } = globalThis.kinograph
  session.canvas.value.fit()
  const [x, y, width, height] = session.canvas.value.place({ kind: 'widget', id: 'positive', input: 'text' })
  return [x + width / 2, y + height / 2]
})()`

/** Whether there is something to write in. */
export const IS_WRITING = "['TEXTAREA', 'INPUT'].includes(document.activeElement?.tagName)"

/** From each key to the frame that shows its letter. */
export const WATCH_KEYS = `
  globalThis.keyDelays = []
  document.addEventListener('input', (event) => {
    requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => globalThis.keyDelays.push(performance.now() - event.timeStamp); channel.port2.postMessage(0) })
  }, true)`

export const KEY_DELAYS = 'globalThis.keyDelays'

/** Queues the workflow that is open. */
export const RUN = `globalThis.kinograph.session.runs.run(globalThis.kinograph.session.document.value).then((jobs) => jobs.length)`

/** Whether a job is running now. */
export const IS_RUNNING = 'globalThis.kinograph.session.runs.queue.value.running.length > 0'

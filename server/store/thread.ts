/** The store's thread: takes all that lies in the port as one batch, and answers it with one message. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Engine } from './engine.ts'
import type { Call, FromThread, ThreadData, ToThread } from './operations.ts'
import { storeErrorData } from './store-error.ts'

const data = workerData as ThreadData // what open-store.ts starts this thread with
const port = parentPort!
const send = (message: FromThread): void => port.postMessage(message, [])

const engine = open()
if (engine !== undefined) port.on('message', (message: ToThread) => take(engine, message))

function open(): Engine | undefined {
  try {
    const opening = new Engine(data)
    send({ opened: opening.opened })
    return opening
  } catch (error) {
    send({ refused: storeErrorData(error, data.file) })
    return undefined
  }
}

function take(engine: Engine, first: ToThread): void {
  const calls: Call[] = []
  let isLast = false
  for (let message: ToThread | undefined = first; message !== undefined; message = receiveMessageOnPort(port)?.message) {
    if (message === 'close') isLast = true
    else calls.push(...message)
  }
  if (calls.length > 0) send({ answers: engine.answer(calls) })
  if (isLast) close(engine)
}

function close(engine: Engine): void {
  try {
    engine.close()
    send({ closed: true })
  } catch (error) {
    send({ closed: true, problem: storeErrorData(error, data.file) })
  }
  port.close()
}

/** A process that writes entries and reads those of others: `writer.js FOLDER BUDGET FROM TO TIMES`. */
import { DiskCache } from '../disk-cache.ts'
import { blobResult, bytesFrom, contents, typeOf } from './blobs.ts'

const complain = (message: string) => void process.stderr.write(`${message}\n`)
const [folder, budget, from, to, times] = process.argv.slice(2)
const cache = new DiskCache({ folder: folder!, budget: Number(budget), typeOf, onTrouble: complain })
const sizeOf = (number: number) => 1000 + (number * 7919) % 60_000
process.stdout.write('ready\n')
for (let time = 0; time < Number(times); time++) {
  for (let number = Number(from); number < Number(to); number++) {
    const made = blobResult(`entry ${number}`, bytesFrom(number, sizeOf(number)))
    cache.set(`key ${number}`, made)
    const other = Math.floor(Math.random() * Number(to))
    const found = await contents(await cache.get(`key ${other}`))
    const expected = await contents(blobResult(`entry ${other}`, bytesFrom(other, sizeOf(other))))
    if (found !== undefined && JSON.stringify(found) !== JSON.stringify(expected)) complain(`entry ${other} is another`)
  }
  await cache.flush()
}
process.stdout.write(`${cache.bytes}\n`)

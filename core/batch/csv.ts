import { WorkflowError } from '../workflow/workflow-error.ts'

/** A table with names of columns: each row has a text for each. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Reads CSV as RFC 4180 has it: commas, quotes doubled inside quotes, lines that end in LF or CRLF; the first line has
 * the names. Blank lines are passed over.
 * @param name the file, as messages call it
 * @throws WorkflowError with the line: a quote that is never closed, a row of another width, no or doubled names
 */
export function parseCsv(text: string, name: string): Table {
  const records = readRecords(text.replace(/^\uFEFF/, ''), name)
  const [head, ...rows] = records.filter(({ cells }) => cells.length > 1 || cells[0] !== '')
  const columns = head?.cells.map((cell) => cell.trim()) ?? []
  if (head === undefined || columns.includes('')) throw wrong(name, 1, 'expected names of columns in the first line', 'Write a parameter or node.input above each column.')
  const double = columns.find((column, index) => columns.indexOf(column) !== index)
  if (double !== undefined) throw wrong(name, head.line, `two columns are called "${double}"`, 'Give each input one column.')
  for (const { cells, line } of rows) {
    if (cells.length === columns.length) continue
    throw wrong(name, line, `expected ${columns.length} values, got ${cells.length}`, 'Put texts with commas in quotes.')
  }
  return { columns, rows: rows.map(({ cells }) => cells) }
}

interface Record {
  readonly cells: readonly string[]
  /** Where it begins, from 1. */
  readonly line: number
}

function readRecords(text: string, name: string): Record[] {
  const records: Record[] = []
  let [cells, start, line, at]: [string[], number, number, number] = [[], 1, 1, 0]
  while (at < text.length) {
    let cell: string
    if (text[at] === '"') {
      const end = quoteEnd(text, at + 1)
      if (end < 0) throw wrong(name, line, 'a quote is opened and never closed', 'Close it; double a quote that is meant as such.')
      cell = text.slice(at + 1, end).replaceAll('""', '"')
      line += cell.split('\n').length - 1
      at = end + 1
      if (at < text.length && !/[,\r\n]/.test(text[at]!)) throw wrong(name, line, 'text follows a closed quote', 'Double quotes that are meant as such.')
    } else {
      const end = plainEnd(text, at)
      cell = text.slice(at, end)
      at = end
    }
    cells.push(cell)
    if (text[at] === ',') {
      at++
      if (at === text.length) cells.push('')
      continue
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    records.push({ cells, line: start })
    start = ++line
    cells = []
  }
  if (cells.length > 0) records.push({ cells, line: start })
  return records
}

/** The index of the quote that ends a cell; -1 where there is none. */
function quoteEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  return -1
}

function plainEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}

function wrong(name: string, line: number, problem: string, remedy: string): WorkflowError {
  return new WorkflowError({ code: 'invalid_override', at: `${name}, line ${line}`, problem, remedy })
}

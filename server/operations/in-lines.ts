/** A line that never ends is handed on in parts of so many characters. */
const LONGEST = 8192

/** Takes text in pieces as it comes, and gives it on line by line, without empty ones. */
export function inLines(give: (line: string) => void): (piece: string) => void {
  let rest = ''
  return (piece) => {
    const lines = (rest + piece).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) lines.push(rest.slice(0, LONGEST))
    for (const line of lines) if (line.trim() !== '') give(line)
  }
}

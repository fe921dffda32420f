import type { Connection } from './database.ts'
import type Database from 'libsql'

/** What may be bound. libsql ends the whole process on a boolean, and cuts texts at a zero character: see `keyText`. */
export type Value = string | number | null

type Statement = Database.Statement<unknown[]>

/** Prepared statements by their text: each is prepared once. */
export class Sql {
  readonly #db: Connection
  readonly #statements = new Map<string, Statement>()

  constructor(db: Connection) {
    this.#db = db
  }

  /** The first row. */
  row<T extends readonly unknown[]>(text: string, ...values: readonly Value[]): T | undefined {
    return this.#statement(text).get(values) as T | undefined // the caller names the columns of its own statement
  }

  rows<T extends readonly unknown[]>(text: string, ...values: readonly Value[]): T[] {
    return this.#statement(text).all(values) as T[] // as in `row`
  }

  /** How many rows it changed. */
  change(text: string, ...values: readonly Value[]): number {
    return this.#statement(text).run(values).changes
  }

  exec(text: string): void {
    this.#db.exec(text)
  }

  /** Undoes the transaction, unless SQLite has done so by itself (as it does when the disk is full). */
  rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
  }

  #statement(text: string): Statement {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.#db.prepare(text)
      if (statement.reader) statement.raw()
      this.#statements.set(text, statement)
    }
    return statement
  }
}

/** A column for any text at all: zero characters and halves of characters don't survive as they are. */
export const keyText = (text: string): string => JSON.stringify(text)

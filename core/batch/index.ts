export * from './csv.ts'
export * from './record.ts'
export * from './rows.ts'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,nodes,tensor,diffusion,media,worker,server,cli,editor,bench,test}/**/*.test.ts'],
    setupFiles: ['test/laws-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
})

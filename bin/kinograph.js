#!/usr/bin/env node
// Starts the built command line; says what to do where it has not been built yet.
import('../dist/cli/main.js').catch((error) => {
  const notBuilt = error?.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('dist/cli/main.js')
  process.exitCode = 1
  if (!notBuilt) throw error
  console.error('kinograph is not built yet: dist/ is missing. Run "npm install" or "npm run build" in its folder first.')
})

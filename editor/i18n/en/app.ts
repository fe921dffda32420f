export const app = {
  'app.title': 'Kinograph',
} as const

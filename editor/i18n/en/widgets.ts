export const widgets = {
  'widgets.random': 'random',
  'widgets.increment': 'increment {from}',
  'widgets.on': 'on',
  'widgets.off': 'off',
  'widgets.notWhole': 'Expected a whole number, or a sum of numbers such as 16*4+1.',
  'widgets.notNumber': 'Expected a number, or a sum of numbers such as 1/3.',
  'widgets.tooSmall': 'Expected {min} or more.',
  'widgets.tooLarge': 'Expected {max} or less.',
  'widgets.notSeed': 'Expected a whole number, "random", or "increment" and a number.',
  'widgets.notToggle': 'Expected on or off.',
  'widgets.notChoice': '"{value}" is not one of the choices.',
  'widgets.notJson': 'Expected JSON: a number, true or false, a text in quotes, a list or an object.',
} as const

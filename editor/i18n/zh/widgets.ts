import type { widgets as english } from '../en/widgets.ts'

export const widgets: Record<keyof typeof english, string> = {
  'widgets.random': '随机',
  'widgets.increment': '递增 {from}',
  'widgets.on': '开',
  'widgets.off': '关',
  'widgets.notWhole': '请输入整数，或 16*4+1 这样的算式。',
  'widgets.notNumber': '请输入数字，或 1/3 这样的算式。',
  'widgets.tooSmall': '不能小于 {min}。',
  'widgets.tooLarge': '不能大于 {max}。',
  'widgets.notSeed': '请输入整数、“随机”，或“递增”加一个数字。',
  'widgets.notToggle': '请输入“开”或“关”。',
  'widgets.notChoice': '“{value}”不在可选项中。',
  'widgets.notJson': '请输入 JSON：数字、true 或 false、带引号的文本、列表或对象。',
}

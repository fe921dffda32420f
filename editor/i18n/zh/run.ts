import type { run as english } from '../en/run.ts'

export const run: Record<keyof typeof english, string> = {
  'run.seconds': '{seconds} 秒',
  'run.minutes': '{minutes} 分 {seconds} 秒',
  'run.hours': '{hours} 小时 {minutes} 分',
  'run.step': '第 {value} 步，共 {max} 步',
  'run.item': '第 {item} 项，共 {items} 项',
  'run.left': '剩余 {time}',
  'run.comma': '，',
  'run.unreachable': '服务器没有响应，任务未加入队列，请重试。',
  'run.queueFull': '队列已满，请稍后再试。',
  'run.queueFullUntil': '队列已满，请在 {time}后再试。',
  'run.refused': '此工作流有 {count} 处错误。第一处：{first}',
  'run.showNode': '定位到节点',
  'run.cancelledWaiting': '已取消 {count} 个等待中的任务。',
}

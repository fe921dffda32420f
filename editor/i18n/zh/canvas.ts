import type { canvas as english } from '../en/canvas.ts'

export const canvas: Record<keyof typeof english, string> = {
  'canvas.subgraphInputs': '输入',
  'canvas.subgraphOutputs': '输出',
  'canvas.newSocket': '新建',
  'canvas.anything': '任意类型',
  'canvas.listOf': '{type} 列表',
  'canvas.or': '{a} 或 {b}',
  'canvas.refuse.type': '该输入接受 {to}，而输出的是 {from}。',
  'canvas.refuse.itself': '节点不能连接到自身。',
  'canvas.refuse.cycle': '这样会形成循环：{path}。',
  'canvas.refuse.node': '该节点已不存在。',
  'canvas.refuse.output': '{node} 没有这个输出。',
  'canvas.refuse.input': '{node} 没有这个输入。',
  'canvas.refuse.socketless': '该输入只能手动填写，不能连线。',
  'canvas.refuse.through': '转接点之后的输入接受 {to}，而输出的是 {from}。',
  'canvas.empty': '这里还是空的。双击添加节点，把文件拖到这里，或从模板开始。',
  'canvas.renameNode': '节点标题',
  'canvas.renameGroup': '分组标题',
}

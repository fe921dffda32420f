import type { files as english } from '../en/files.ts'

export const files: Record<keyof typeof english, string> = {
  'files.drop': '拖放文件即可打开',
  'files.dropKinds': '工作流（JSON），或带有工作流的图片和视频；放到可加载文件的节点上则直接加载',
  'files.tooMany': '只打开了前 {count} 个文件。',
  'files.notOurs': '需要工作流（JSON）、图片或视频文件。',
  'files.tooLarge': '文件过大，不可能是工作流。',
  'files.opened': '已打开 {name}：{format}',
  'files.noWorkflow': '其中没有工作流，也没有可以加载它的节点。',
  'files.noWorkflowOffer': '{name} 中没有工作流。',
  'files.addLoader': '上传并添加“{node}”节点',
  'files.bad': '无法打开 {name}。{reason}',
  'files.format.kinograph': 'Kinograph 工作流',
  'files.format.comfyApi': 'ComfyUI API 工作流',
  'files.format.comfyUi': 'ComfyUI 工作流',
  'files.exported': '已导出为 {name}（{format}）。',
  'files.lost': '该格式无法保存：{what}。',
  'files.and': '；',
  'files.loss.seeds': '每次运行随机生成的种子（文件中是某一次运行的数值）',
  'files.loss.virtual': '子图、注释、转接点、基元节点以及静音或绕过的节点（文件中是其展开后的结果）',
  'files.loss.workflow': '标题、说明、分组和表单名称',
  'files.loss.looks': '节点的位置和外观',
}

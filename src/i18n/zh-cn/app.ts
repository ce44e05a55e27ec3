import type { app as en } from '../en/app.ts';

export const app: Record<keyof typeof en, string> = {
  'hdr.scene': '场景',
  'hdr.ownScene': '自定义场景',
  'hdr.reset': '还原场景',
  'hdr.resetHint': '撤销全部修改，回到预设场景',
  'hdr.machine': '当前机器',
  'hdr.full': 'full irqchip（全部在内核）',
  'hdr.split': 'split irqchip（IOAPIC 在用户态）',
  'hdr.none': 'irqchip=off（全部在用户态）',
  'hdr.vcpu': '1 个 vCPU',
  'hdr.vcpus': '{n} 个 vCPU',
  'hdr.share': '分享',
  'hdr.copied': '链接已复制',
  'hdr.copyByHand': '请复制此链接：',
  'hdr.tooLong': '场景仍在加载，或太长而放不进链接。',
  'hdr.embed': '嵌入',
  'hdr.compare': '对比',
  'hdr.theme': '主题',
  'hdr.theme.auto': '自动',
  'hdr.theme.light': '浅色',
  'hdr.theme.dark': '深色',
  'hdr.lang': '语言',

  'dialog.close': '关闭',

  'error.preset-not-loaded': '预设场景“{id}”加载失败。请检查网络后刷新。',
  'error.part-not-loaded': 'irqscope 的一部分没有加载成功。请检查网络，然后重新加载页面。',
  'error.fault': '引擎出错并已停止，页面显示最后一个正确的状态。',
  'error.unknown': '此输入有误（{code}）。',
  'error.at': '位置：{place}',
  'notice.copyReport': '复制报告',
  'notice.copied': '报告已复制',
  'notice.report': '报告',
  'shell.reload': '重新加载',

  'help.open': '帮助',
};

import type { app as en } from '../en/app.ts';

export const app: Record<keyof typeof en, string> = {
  'dialog.close': '关闭',

  'error.preset-not-loaded': '预设场景“{id}”加载失败。请检查网络，然后重新加载页面。',
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

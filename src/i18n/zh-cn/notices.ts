import type { notices as en } from '../en/notices.ts';

export const notices: Record<keyof typeof en, string> = {
  'error.preset-not-loaded': '预设场景“{id}”加载失败。请检查网络，然后重新加载页面。',
  'error.fault': '引擎出错并已停止，页面显示最后一个正确的状态。',
  'error.unknown': '此输入有误（{code}）。',
  'error.at': '位置：{place}',
  'notice.copyReport': '复制报告',
  'notice.copied': '报告已复制',
  'notice.report': '报告',
  'shell.dismiss': '关闭',
};

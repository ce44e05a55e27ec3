import type { app as en } from '../en/app.ts';

export const app: Record<keyof typeof en, string> = {
  'dialog.close': '关闭',

  'error.part-not-loaded': 'irqscope 的一部分没有加载成功。请检查网络，然后重新加载页面。',
  'shell.reload': '重新加载',
};

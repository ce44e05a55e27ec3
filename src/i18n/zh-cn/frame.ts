import type { frame as en } from '../en/frame.ts';

export const frame: Record<keyof typeof en, string> = {
  'shell.open': '在 irqscope 中打开',
  'shell.start': '开始场景',
};

/** What a framed page says besides the scene's name. */
export const frame = {
  'shell.open': 'Open in irqscope',
  'shell.start': 'Start the scene',
} as const;

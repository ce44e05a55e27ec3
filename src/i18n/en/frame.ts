/** What a framed page says besides the scene's name. */
export const frame = {
  'shell.open': 'Open in irqscope',
  'shell.start': 'Start the scene',
  'shell.play': 'Play: {title}',
  'quiz.right': 'Right. {right} of {of} so far.',
  'quiz.wrong': 'Not so: see the mark. {right} of {of} so far.',
  'quiz.go': 'Go on',
  'quiz.skip': 'Skip',
} as const;

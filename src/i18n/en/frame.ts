/** What a framed page says besides the scene's name. */
export const frame = {
  'shell.open': 'Open in irqscope',
  'shell.start': 'Start the scene',
  'shell.play': 'Play: {title}',
  'quiz.next': 'What comes next?',
  'quiz.switch': 'Guess',
  'quiz.switchIs': 'Stops before a marked beat and asks what comes.',
  'quiz.right': 'Right. {right} of {of} so far.',
  'quiz.wrong': 'Not so: see the mark. {right} of {of} so far.',
  'quiz.go': 'Go on',
  'quiz.skip': 'Skip',
  'consent.ask': 'The page around this frame asks for what you changed here. Give it away?',
  'consent.once': 'Yes, this once',
  'consent.always': 'Yes, from now on',
  'consent.no': 'No',
} as const;

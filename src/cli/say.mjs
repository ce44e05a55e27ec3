// What a command says of itself goes to standard error: standard output is for what it was asked.

/** @param {string} text */
export function say(text) {
  process.stderr.write(`irqscope: ${text}\n`);
}

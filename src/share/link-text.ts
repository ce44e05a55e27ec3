/** The text of a link in what a person pastes: a whole address, `#p=…`, or the text alone. */

/**
 * A step may be written by its name, "kvm_eoi#1", so not every # begins a link: one that does has a field's name after it.
 * @returns what stands behind the # of an address
 */
export function linkText(text: string): string {
  const at = text.search(/#[a-z]+(=|$)/);
  return at < 0 ? text.replace(/^#/, '') : text.slice(at + 1);
}

/** How long the bytes of a saved file stay: a browser has no event for "written", and may ask the person first where to. */
const KEPT_MS = 10_000;

/** Hands a file to the person. The browser asks where to, or puts it where downloads go. */
export function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

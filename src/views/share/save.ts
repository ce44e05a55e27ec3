/** Hands a file to the person. The browser asks where to, or puts it where downloads go. */
const KEPT_MS = 10_000;

export function save(name: string, type: string, data: string | ArrayBuffer): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** The gallery as a page of its own: pictures beside it, no script; what is shown is chosen by buttons and style alone. */

export interface Hung {
  readonly id: string;
  readonly title: string;
  readonly pictures: readonly {
    readonly file: string;
    readonly name: string;
    readonly form: string;
    readonly theme: string;
    readonly step: number;
    readonly link: string | null;
    /** px */
    readonly width: number;
    readonly height: number;
  }[];
}

const text = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const CHOICES = {
  form: ['full', 'embed', 'narrow'],
  theme: ['light', 'dark', 'print'],
  name: ['flight', 'look', 'end'],
} as const;

const hides = Object.entries(CHOICES).flatMap(([kind, options]) =>
  options.map((one) => `body:has(#${kind}-${one}:not(:checked)) figure[data-${kind}=${one}]{display:none}`),
);

/** Shown at first: one theme of every form and moment. */
const isOn = (one: string): boolean => one !== 'dark' && one !== 'print';

const choices = Object.entries(CHOICES)
  .map(([kind, options]) => {
    const boxes = options.map(
      (one) =>
        `<label><input type="checkbox" id="${kind}-${one}"${isOn(one) ? ' checked' : ''}> ${one}${kind === 'name' ? ' (moment)' : ''}</label>`,
    );
    return `<fieldset>${boxes.join('')}</fieldset>`;
  })
  .join('');

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:0;background:#8d949c;color:#111}
header{position:sticky;top:0;background:#f5f6f7;padding:8px 16px;display:flex;gap:16px;flex-wrap:wrap;z-index:1}
fieldset{border:0;padding:0;margin:0;display:flex;gap:10px}h1{font-size:16px;margin:0}h2{font-size:15px;margin:16px 16px 0}
section{display:flex;flex-wrap:wrap;gap:12px;padding:8px 16px;align-items:flex-start}figure{margin:0;max-width:100%}
img{display:block;max-width:100%;height:auto;background:#fff}figure[data-theme=dark] img{background:#0f1216}figcaption{font-size:12px}
${hides.join('\n')}`;

/** @param hung scenes in their order */
export function galleryPage(hung: readonly Hung[], lang: string): string {
  const scenes = hung.map(({ id, title, pictures }) => {
    const figures = pictures.map(({ file, name, form, theme, step, link, width, height }) => {
      const about = `${name}, step ${step}, ${form}, ${theme}`;
      const frame = `<img src="${text(file)}" width="${width}" height="${height}" loading="lazy" alt="${text(`${title}: ${about}`)}">`;
      const caption = `<figcaption>${text(about)}${link === null ? '' : ` <code>#${text(link)}</code>`}</figcaption>`;
      return `<figure data-name="${name}" data-form="${form}" data-theme="${theme}">${frame}${caption}</figure>`;
    });
    return `<h2 id="${text(id)}">${text(title)} <small>${text(id)}</small></h2><section>${figures.join('\n')}</section>`;
  });
  return `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>irqscope: every scene</title><style>${STYLE}</style>
<header><h1>${hung.length} scenes</h1>${choices}</header>
${scenes.join('\n')}
</html>
`;
}

/** The link names a file of another site: asks before anything is loaded from there. */
import './share-texts.ts';
import './share.css';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { urlOf } from '../../share/url-link.ts';
import { useApp } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { fetchFile, URL_FILE_MAX } from './fetch-file.ts';

interface Props {
  /** The link, `url=…`. */
  readonly link: string;
  /** Opens the file that came. */
  readonly onFile: (file: File) => void;
}

export function UrlDialog({ link, onFile }: Props): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [url] = useState(() => urlOf(link));
  const [loads, setLoads] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => {
    if (url !== null) dialog.current?.showModal();
    else {
      actions.setUi({ url: null });
      actions.notify({ code: 'url-wrong', place: 'url', params: {} });
    }
    return () => stop.current?.abort();
  }, [url, actions]);
  if (url === null) return null;
  const load = async (): Promise<void> => {
    setLoads(true);
    const control = new AbortController();
    stop.current = control;
    const file = await fetchFile(url, control.signal);
    if (control.signal.aborted) return;
    actions.setUi({ url: null });
    if (file instanceof File) onFile(file);
    else actions.notify({ code: file.problem, place: url.host, params: { max: URL_FILE_MAX } });
  };
  return (
    <dialog
      ref={dialog}
      onClose={() => actions.setUi({ url: null })}
      className="dialog"
      aria-labelledby={`${id}-title`}
    >
      <h2 id={`${id}-title`}>{t('share.url', { host: url.host })}</h2>
      <p>{t('share.urlAbout', { host: url.host })}</p>
      <p className="share-note">
        <bdi>{url.href.slice(0, 300)}</bdi>
      </p>
      <div className="dialog-buttons">
        <button type="button" className="btn btn-main" disabled={loads} onClick={() => void load()}>
          {t(loads ? 'share.urlLoads' : 'share.urlLoad')}
        </button>
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          {t('share.cancel')}
        </button>
      </div>
    </dialog>
  );
}

/** Every scene with its question and its picture, and every chapter: in groups, searched, by part, by keyboard as well. Comes when asked for. */
import './gallery.css';
import '../header/header-texts.ts';
import '../traces/traces-texts.ts';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ChapterText } from '../../chapters/chapter.ts';
import { CHAPTER_IDS, loadChapterText } from '../../chapters/index.ts';
import { hasText } from '../../i18n/index.ts';
import { inLang, type Lang } from '../../i18n/langs.ts';
import { caseOf, isCase } from '../../scenes/case.ts';
import { loadPresetFile, type Preset } from '../../scenes/index.ts';
import { chapterAddress } from '../../store/chapter-address.ts';
import { bugIds, presetIds } from '../../store/preset-ids.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Chip } from '../kit/chip.tsx';
import { useT } from '../shared/use-t.ts';
import { SAMPLES } from '../traces/samples.ts';
import { type GroupName, groupsOf } from './groups.ts';
import { PARTS, type Part } from './parts.ts';
import { markSeen, seenScenes } from './seen.ts';
import { type Thumb, thumbOf } from './thumb.ts';
import { walkCards } from './walk-cards.ts';

/** What is known of a scene: its file at once, its picture when the engine has run it. */
interface Known {
  readonly preset: Preset;
  readonly thumb: Thumb | null;
}

const ALL_IDS: readonly string[] = [...presetIds, ...bugIds];

/** Kept while the page is open: a scene is run once for its picture. */
const known = new Map<string, Known>();

/** Files and pictures of all scenes, as they come. */
function useScenes(): ReadonlyMap<string, Known> {
  const app = useApp();
  const [, grew] = useState(0);
  useEffect(() => {
    let here = true;
    const painter = app.another();
    const paint = async (): Promise<void> => {
      await Promise.all(
        ALL_IDS.map(async (id) => {
          if (known.has(id)) return;
          const answer = await loadPresetFile(id);
          if (answer.ok) known.set(id, { preset: answer.preset, thumb: null });
        }),
      );
      if (here) grew((n) => n + 1);
      for (const id of ALL_IDS) {
        const one = known.get(id);
        if (!here || one === undefined || one.thumb !== null) continue;
        if ((await painter.actions.loadPreset(id, { step: null, play: false })) !== 'done') continue;
        const { scene } = painter.store.getState();
        if (scene === null || !here) continue;
        known.set(id, { ...one, thumb: thumbOf(scene) });
        grew((n) => n + 1);
      }
    };
    void paint();
    return () => {
      here = false;
      painter.close();
    };
  }, [app]);
  return known;
}

function Picture({ thumb }: { readonly thumb: Thumb | null }) {
  if (thumb === null) return <span className="gl-picture" />;
  return (
    <svg className="gl-picture" viewBox={`0 0 ${thumb.w} ${thumb.h}`} aria-hidden="true">
      {thumb.cards.map(({ x, y, w, h }) => (
        <rect key={`${x} ${y}`} className="gl-card-box" x={x} y={y} width={w} height={h} rx={14} />
      ))}
      {thumb.ways.map(({ d, colour, back }) => (
        <path key={d} className={back ? 'gl-way gl-back' : 'gl-way'} d={d} style={{ stroke: `var(--j${colour})` }} />
      ))}
      {thumb.ends.map(({ x, y, colour }) => (
        <circle key={`${x} ${y} ${colour}`} cx={x} cy={y} r={15} style={{ fill: `var(--j${colour})` }} />
      ))}
    </svg>
  );
}

/** Whether all words of a search are in a scene: its title, its sentences, its events and functions. */
function fits(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/** Titles and questions of the chapters, in the reader's language. */
function useChapters(lang: Lang): readonly (ChapterText & { readonly id: string })[] {
  const [texts, setTexts] = useState<readonly (ChapterText & { readonly id: string })[]>([]);
  useEffect(() => {
    let here = true;
    void Promise.all(CHAPTER_IDS.map((id) => loadChapterText(id, lang))).then(
      (all) =>
        here && setTexts(all.flatMap((text, i) => (text === null ? [] : [{ ...text, id: CHAPTER_IDS[i] as string }]))),
    );
    return () => {
      here = false;
    };
  }, [lang]);
  return texts;
}

const BUGS: ReadonlySet<string> = new Set(bugIds);

/** Is this part in a scene? What has not been run yet is in none. */
const shows = (id: string, part: Part, scenes: ReadonlyMap<string, Known>): boolean =>
  part === 'bugs' ? BUGS.has(id) : (scenes.get(id)?.thumb?.parts.has(part) ?? false);

interface Props {
  readonly onClose: () => void;
}

export function Gallery({ onClose }: Props) {
  const t = useT();
  const { actions } = useApp();
  const scenes = useScenes();
  const lang = useStore((state) => state.ui.lang);
  const here = useStore((state) => state.sceneId.preset);
  const [text, setText] = useState('');
  const [group, setGroup] = useState<GroupName | null>(null);
  const [parts, setParts] = useState<ReadonlySet<Part>>(new Set());
  const [spot, setSpot] = useState(false);
  const chapters = useChapters(lang);
  const search = useRef<HTMLInputElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const seen = useMemo(seenScenes, []);
  useEffect(() => dialog.current?.showModal(), []);
  const titleOf = (id: string): string => {
    const key = `preset.${id}.title`;
    return hasText(key) ? t(key) : id;
  };
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = groupsOf(presetIds, bugIds)
    .filter(({ name }) => group === null || name === group)
    .map((one) => ({
      ...one,
      ids: one.ids.filter((id) => {
        for (const part of parts) if (!shows(id, part, scenes)) return false;
        const { narration, look } = scenes.get(id)?.preset ?? {};
        // What an exercise hides is not found by its words either.
        if (spot && one.name === 'bugs') return fits(titleOf(caseOf(id)).toLowerCase(), words);
        const told = narration?.beats.map((beat) => `${inLang(beat, lang)} ${beat.from}`).join(' ') ?? '';
        const all = [
          id,
          titleOf(id),
          narration && inLang(narration.question, lang),
          told,
          look?.map((l) => l.step).join(' '),
        ].join(' ');
        return fits(all.toLowerCase(), words);
      }),
    }))
    .filter(({ ids }) => ids.length > 0);
  const read = group !== null || (parts.size > 0 && !parts.has('chapters')) ? [] : chapters;
  const found = read.filter(({ title, question, stops }) =>
    fits([title, question, ...stops].join(' ').toLowerCase(), words),
  );
  const isWhole = ALL_IDS.every((id) => scenes.get(id)?.thumb);
  /** How many scenes show a part; nothing is said before all have been run. */
  const countOf = (part: Part): number | null =>
    part === 'chapters'
      ? CHAPTER_IDS.length
      : part === 'bugs' || isWhole
        ? ALL_IDS.filter((id) => shows(id, part, scenes)).length
        : null;
  const toggle = (part: Part): void =>
    setParts((before) => {
      const after = new Set(before);
      if (!after.delete(part)) after.add(part);
      return after;
    });
  const traces = (group !== null || parts.size > 0 ? [] : SAMPLES).filter(({ id }) =>
    fits(`${id} ${t('trace.page.title')} ${t(`trace.page.sample.${id}`)}`.toLowerCase(), words),
  );
  const showAll = (): void => {
    setText('');
    setGroup(null);
    setParts(new Set());
    search.current?.focus();
  };
  // Exercises are the bugs: they come to the front with the switch.
  const toggleSpot = (): void => {
    setSpot(!spot);
    setGroup(spot ? null : 'bugs');
  };
  const open = (id: string): void => {
    markSeen(id);
    void actions.loadPreset(id);
    if (isCase(id)) actions.setUi({ panel: 'where', revealed: null });
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog gl"
      onClose={onClose}
      aria-labelledby="gallery-title"
      onKeyDown={(event) => {
        if (event.key !== '/' || event.target === search.current) {
          walkCards(event);
          return;
        }
        event.preventDefault();
        search.current?.focus();
      }}
    >
      <div className="gl-head">
        <h2 id="gallery-title">{t('gallery.title')}</h2>
        <input
          ref={search}
          type="search"
          aria-keyshortcuts="/"
          value={text}
          placeholder={t('gallery.search')}
          aria-label={t('gallery.search')}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="button" className="header-btn" onClick={() => dialog.current?.close()}>
          {t('dialog.close')}
        </button>
      </div>
      <div className="gl-chips">
        <Chip pressed={group === null} onClick={() => setGroup(null)}>
          {t('gallery.all')} <small>{ALL_IDS.length}</small>
        </Chip>
        {groupsOf(presetIds, bugIds).map(({ name, ids }) => (
          <Chip key={name} pressed={group === name} onClick={() => setGroup(name)}>
            {t(`gallery.group.${name}`)} <small>{ids.length}</small>
          </Chip>
        ))}
        <Chip pressed={spot} title={t('gallery.spotAbout')} onClick={() => toggleSpot()}>
          {t('gallery.spot')}
        </Chip>
      </div>
      <fieldset className="gl-chips gl-parts">
        <legend className="visually-hidden">{t('gallery.parts')}</legend>
        {PARTS.map((part) => (
          <Chip key={part} pressed={parts.has(part)} onClick={() => toggle(part)}>
            {t(`gallery.part.${part}`)} <small>{countOf(part)}</small>
          </Chip>
        ))}
      </fieldset>
      <div className="gl-body">
        {groups.length + found.length + traces.length === 0 && (
          <p>
            {words.length > 0 ? t('gallery.none', { text }) : t(isWhole ? 'gallery.noneOfThese' : 'gallery.looking')}{' '}
            <button type="button" className="btn" onClick={showAll}>
              {t('end.all')}
            </button>
          </p>
        )}
        {groups.map(({ name, ids }) => (
          <section key={name} aria-labelledby={`gallery-${name}`}>
            <h3 id={`gallery-${name}`}>{t(`gallery.group.${name}`)}</h3>
            <ul className="gl-cards">
              {ids.map((scene) => {
                const one = scenes.get(scene);
                const hides = spot && name === 'bugs';
                const id = hides ? caseOf(scene) : scene;
                const { narration } = one?.preset ?? {};
                return (
                  <li key={id}>
                    <button
                      type="button"
                      className="gl-scene"
                      data-scene={id}
                      aria-current={id === here ? 'true' : undefined}
                      onClick={() => open(id)}
                    >
                      <Picture thumb={one?.thumb ?? null} />
                      <strong>{hides || narration == null ? titleOf(id) : inLang(narration.question, lang)}</strong>
                      <span className="gl-foot">
                        <span>
                          {narration == null || hides ? '' : t('gallery.beats', { n: narration.beats.length })}
                        </span>
                        <span>{id === here ? t('gallery.here') : seen.has(id) ? t('gallery.seen') : ''}</span>
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
        {found.length > 0 && (
          <section aria-labelledby="gallery-chapters">
            <h3 id="gallery-chapters">{t('hdr.chapters')}</h3>
            <ul className="gl-cards">
              {found.map(({ id, title, question }) => (
                <li key={id}>
                  <button
                    type="button"
                    className="gl-scene"
                    data-chapter={id}
                    onClick={() => {
                      actions.setUi({ chapter: chapterAddress(id) });
                      dialog.current?.close();
                    }}
                  >
                    <strong>{question}</strong>
                    <span className="gl-foot">{title}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {traces.length > 0 && (
          <section aria-labelledby="gallery-traces">
            <h3 id="gallery-traces">{t('trace.page.gallery')}</h3>
            <ul className="gl-cards">
              {traces.map(({ id }) => (
                <li key={id}>
                  <button
                    type="button"
                    className="gl-scene gl-trace"
                    data-trace={id}
                    onClick={() => {
                      actions.setUi({ url: `trace=${id}` });
                      dialog.current?.close();
                    }}
                  >
                    <strong>{t(`trace.page.sample.${id}`)}</strong>
                    <span className="gl-foot">
                      <span>{t('trace.page.title')}</span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </dialog>
  );
}

/** One register: hex, binary and fields together, who changed it last, and an edit that a guest could make. */
import { type FormEvent, useId, useState } from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import { addressOf, type MachineView, type RegisterRef, vectorsIn } from '../../engine/view/machine-view.ts';
import { guestWrite } from '../../explain/guest-ops.ts';
import { rawBits, rawWrite } from '../../explain/raw-ops.ts';
import { hasText, type MessageKey } from '../../i18n/index.ts';
import { lastWriter } from '../../log/last-writer.ts';
import { seqAt } from '../../log/steps.ts';
import { citation } from '../../spec/citations.ts';
import { type BitLayout, type FieldRow, type FieldSpec, fieldRows, wordsOf } from '../../spec/define/registers.ts';
import { differencesAt } from '../../spec/differs.ts';
import { ARRIVE } from '../../store/types.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Fold } from '../kit/fold.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { componentName } from '../shared/component-name.ts';
import { Differs } from '../shared/differs.tsx';
import { numberText, partAddresses, reading, wordsAtAddresses } from '../shared/read-register.ts';
import { registerName } from '../shared/register-name.ts';
import { useChange } from '../shared/use-change.ts';
import { type Translate, useLang } from '../shared/use-t.ts';
import { canEdit, type Draft, differs, draftWords, maxOf, wrongFields } from './draft.ts';
import { registerDoc } from './register-doc.ts';

interface Props {
  readonly view: MachineView;
  readonly at: RegisterRef;
  readonly vector: number | undefined;
  readonly t: Translate;
}

/** Decides how the register reads. */
export function RegisterDetail({ view, at, vector, t }: Props) {
  const lang = useLang();
  const how = reading(view, at);
  const title = `${componentName(lang, view.config, at.kind, at.index)} ${registerName(at, view.config)}`;
  const doc = registerDoc(view, at);
  const addresses =
    how.as === 'bits'
      ? partAddresses(view, at, how.parts)
      : Array.from({ length: how.as === 'vectors' ? 8 : 1 }, (_, i) =>
          addressOf(view.wordMap, at.kind, at.index, at.register, (how.as === 'vectors' ? 0 : at.sub) + i),
        );
  return (
    <>
      <p className="insp-title">{title}</p>
      {hasText(doc) && <p className="insp-doc">{t(doc)}</p>}
      <Differs ids={[...new Set([doc.slice(4), `${at.kind}.${at.register}`].flatMap(differencesAt))]} />
      {how.as === 'bits' && <Fields view={view} at={at} layout={how.layout} addresses={addresses} t={t} />}
      {how.as === 'vectors' && <Vectors view={view} addresses={addresses} vector={vector} t={t} />}
      {how.as === 'number' && (
        <Plain
          view={view}
          at={at}
          text={numberText(
            view.w[addresses[0]],
            how.shape,
            how.labels,
            how.shape === 'ns' ? view.w[addresses[0] + 1] : 0,
          )}
          t={t}
        />
      )}
      <LastChange addresses={addresses} t={t} />
      {how.as === 'bits' && (
        <p className="insp-cite">
          {citation(how.layout.cite).manual}, “{citation(how.layout.cite).section}”
        </p>
      )}
    </>
  );
}

/** Hex, low word last, as the manuals print it. */
const hexOf = (words: readonly number[], bits: number): string =>
  `0x${words
    .map((w) => w.toString(16).padStart(8, '0'))
    .reverse()
    .join('')
    .slice(-Math.ceil(bits / 4))}`;

/** Binary by nibbles, each with its lowest bit. */
function binaryOf(words: readonly number[], layout: BitLayout): { at: number; text: string }[] {
  const all = words
    .map((w) => w.toString(2).padStart(32, '0'))
    .reverse()
    .join('')
    .slice(-layout.bits);
  const nibbles = Math.ceil(all.length / 4);
  return Array.from({ length: nibbles }, (_, i) => {
    const at = (nibbles - 1 - i) * 4;
    return { at, text: all.slice(Math.max(0, all.length - at - 4), all.length - at) };
  });
}

function Binary({ words, layout, t }: { words: readonly number[]; layout: BitLayout; t: Translate }) {
  if (layout.bits > 64) return null;
  return (
    <p className="insp-binary" role="img" aria-label={t('insp.binary')}>
      {binaryOf(words, layout).map(({ at, text }) => (
        <span key={at}>{text}</span>
      ))}
    </p>
  );
}

/** Written as a guest does, by the register's rules, or put into the state as it is. */
const WAYS = ['guest', 'raw'] as const;
type Way = (typeof WAYS)[number];

interface WayChoiceProps {
  readonly ways: readonly Way[];
  readonly way: Way;
  readonly onWay: (way: Way) => void;
  readonly t: Translate;
}

/** How an edit is made; what raw state means is said as long as it is chosen. */
function WayChoice({ ways, way, onWay, t }: WayChoiceProps) {
  return (
    <div className="insp-way">
      {ways.length > 1 && (
        <Segmented
          label={t('insp.way')}
          options={ways}
          value={way}
          onValue={onWay}
          nameOf={(one) => t(`insp.way.${one}`)}
        />
      )}
      {way === 'raw' && <p className="insp-note">{t('insp.raw')}</p>}
    </div>
  );
}

/** Whether all bits of a field can be put in by hand. */
function canPutIn(view: MachineView, addresses: readonly number[], { at, width }: FieldSpec): boolean {
  for (let bit = at; bit < at + width; bit++) {
    const address = addresses[bit >> 5];
    if (address === undefined || ((rawBits(view, address) >>> (bit & 31)) & 1) === 0) return false;
  }
  return true;
}

interface FieldsProps {
  readonly view: MachineView;
  readonly at: RegisterRef;
  readonly layout: BitLayout;
  readonly addresses: readonly number[];
  readonly t: Translate;
}

function Fields({ view, at, layout, addresses, t }: FieldsProps) {
  const { actions } = useApp();
  const change = useChange();
  const [draft, setDraft] = useState<Draft>({});
  const [way, setWay] = useState<Way>('guest');
  const playing = useStore((state) => state.playhead.playing);
  const words = wordsAtAddresses(view.w, addresses).slice(0, wordsOf(layout));
  const next = draftWords(layout, words, draft);
  const wrong = wrongFields(layout, draft);
  const changed = Object.keys(draft).some((name) => {
    const field = layout.fields[name];
    return field !== undefined && differs(words, field, draft[name]);
  });
  const guestCan = guestWrite(view, at, words) !== null;
  const rawCan = rawWrite(view, addresses, words) !== null;
  const raw = rawCan && (way === 'raw' || !guestCan);
  const writable = guestCan || rawCan;
  const write = (event: FormEvent): void => {
    event.preventDefault();
    const ops = raw ? rawWrite(view, addresses, next) : guestWrite(view, at, next);
    if (wrong.length > 0 || !changed || ops === null) return;
    setDraft({});
    change(ops);
  };
  return (
    <form onSubmit={write}>
      <p className="insp-hex">
        <b>{hexOf(next, layout.bits)}</b>
        {changed && wrong.length === 0 && <span> {t('insp.was', { value: hexOf(words, layout.bits) })}</span>}
      </p>
      <Binary words={next} layout={layout} t={t} />
      {rawCan && !playing && (
        <WayChoice ways={guestCan ? WAYS : ['raw']} way={raw ? 'raw' : 'guest'} onWay={setWay} t={t} />
      )}
      <table className="insp-fields">
        <caption className="visually-hidden">{t('insp.fields')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('insp.bits')}</th>
            <th scope="col">{t('insp.field')}</th>
            <th scope="col">{t('insp.valueHead')}</th>
          </tr>
        </thead>
        <tbody>
          {fieldRows(layout, words).map((row) => (
            <Field
              key={row.name}
              row={row}
              place={`${layout.name}.${row.name}`}
              text={draft[row.name]}
              wrong={wrong.includes(row.name)}
              editable={!playing && (raw ? canPutIn(view, addresses, row.spec) : guestCan && canEdit(row.spec))}
              onEdit={(value) => setDraft({ ...draft, [row.name]: value })}
              t={t}
            />
          ))}
        </tbody>
      </table>
      {!writable ? (
        <p className="insp-note">{t('insp.readOnly')}</p>
      ) : playing ? (
        <p className="insp-note">
          {t('insp.playing')}{' '}
          <button type="button" className="btn" onClick={() => actions.pause()}>
            {t('insp.pause')}
          </button>
        </p>
      ) : (
        <p className="insp-actions">
          <button type="submit" className="btn btn-main" disabled={!changed || wrong.length > 0}>
            {t(raw ? 'insp.putIn' : at.kind === 'lapic' && at.register === 'icr' ? 'insp.writeIcr' : 'insp.write')}
          </button>
          <button type="button" className="btn" disabled={Object.keys(draft).length === 0} onClick={() => setDraft({})}>
            {t('insp.undo')}
          </button>
        </p>
      )}
    </form>
  );
}

const ACCESS_KEYS = {
  rw: 'insp.access.rw',
  ro: 'insp.access.ro',
  wo: 'insp.access.wo',
  reserved: 'insp.access.reserved',
  stored: 'insp.access.stored',
} as const satisfies Record<string, MessageKey>;

interface FieldProps {
  readonly row: FieldRow;
  /** Layout and field. */
  readonly place: string;
  readonly text: string | undefined;
  readonly wrong: boolean;
  readonly editable: boolean;
  readonly onEdit: (value: string) => void;
  readonly t: Translate;
}

function Field({ row, place, text, wrong, editable, onEdit, t }: FieldProps) {
  const id = useId();
  const max = maxOf(row.spec);
  const reserved = row.access === 'reserved' || row.access === 'stored';
  return (
    <tr data-reserved={reserved}>
      <td className="insp-bits">{row.bits}</td>
      <td>
        <span className="insp-name" id={`${id}n`}>
          {reserved ? t('insp.reserved') : row.name}
        </span>
        {!reserved && hasText(row.doc) && <span className="insp-meaning">{t(row.doc)}</span>}
        <Differs ids={differencesAt(place)} />
        <span className="insp-access">{t(ACCESS_KEYS[row.access])}</span>
        {wrong && (
          <span className="problem" id={`${id}p`}>
            {t('insp.wrong', { field: row.name, max: max > 9 ? hex(max) : max, text: text ?? '' })}
          </span>
        )}
      </td>
      <td className="insp-edit">
        {editable ? (
          <FieldInput row={row} id={id} text={text} wrong={wrong} onEdit={onEdit} />
        ) : (
          <span className="insp-value">{row.text}</span>
        )}
      </td>
    </tr>
  );
}

interface FieldInputProps {
  readonly row: FieldRow;
  readonly id: string;
  readonly text: string | undefined;
  readonly wrong: boolean;
  readonly onEdit: (value: string) => void;
}

function FieldInput({ row, id, text, wrong, onEdit }: FieldInputProps) {
  const { spec, raw } = row;
  if (spec.values !== undefined) {
    return (
      <select aria-labelledby={`${id}n`} value={text ?? String(raw)} onChange={(e) => onEdit(e.target.value)}>
        {spec.values.map((value, n) => (
          <option key={value} value={n}>
            {value}
          </option>
        ))}
      </select>
    );
  }
  if (spec.width === 1) {
    const checked = (text === undefined ? raw : parseNumber(text, 1)) === 1;
    return (
      <input
        type="checkbox"
        aria-labelledby={`${id}n`}
        checked={checked}
        onChange={(e) => onEdit(e.target.checked ? '1' : '0')}
      />
    );
  }
  return (
    <input
      aria-labelledby={`${id}n`}
      aria-invalid={wrong}
      aria-describedby={wrong ? `${id}p` : undefined}
      value={text ?? (spec.show === 'dec' ? String(raw) : hex(raw))}
      spellCheck={false}
      autoComplete="off"
      onChange={(e) => onEdit(e.target.value)}
    />
  );
}

interface VectorsProps {
  readonly view: MachineView;
  /** Its eight words. */
  readonly addresses: readonly number[];
  readonly vector: number | undefined;
  readonly t: Translate;
}

function Vectors({ view, addresses, vector, t }: VectorsProps) {
  const [base = 0] = addresses;
  const set = vectorsIn(view.w, base);
  return (
    <>
      {vector !== undefined && (
        <p className="insp-hex">
          <b>
            [{hex(vector)}] = {set.includes(vector) ? 1 : 0}
          </b>
        </p>
      )}
      <p>{set.length === 0 ? t('insp.noVectors') : t('insp.vectorsSet', { list: set.map(hex) })}</p>
      {rawBits(view, base) !== 0 && <VectorEdit key={vector} view={view} addresses={addresses} vector={vector} t={t} />}
      <Fold className="insp-quiet" title={t('insp.words')}>
        <ol className="insp-words" start={0}>
          {[0, 32, 64, 96, 128, 160, 192, 224].map((first) => (
            <li key={first}>
              {hex(first + 31)}–{hex(first)}: {hexOf([view.w[base + (first >> 5)] >>> 0], 32)}
            </li>
          ))}
        </ol>
      </Fold>
    </>
  );
}

/** Puts a bit of a set in or out, as raw state: a guest has no write for it. */
function VectorEdit({ view, addresses, vector, t }: VectorsProps) {
  const change = useChange();
  const playing = useStore((state) => state.playhead.playing);
  const [typed, setTyped] = useState(vector === undefined ? '' : hex(vector));
  const id = useId();
  const number = parseNumber(typed, 0xff);
  const isSet = number !== null && vectorsIn(view.w, addresses[0] ?? 0).includes(number);
  const write = (event: FormEvent): void => {
    event.preventDefault();
    if (number === null || playing) return;
    const words = wordsAtAddresses(view.w, addresses);
    const word = number >> 5;
    words[word] = ((words[word] ?? 0) ^ (1 << (number & 31))) >>> 0;
    change(rawWrite(view, addresses, words) ?? []);
  };
  return (
    <form className="insp-plain" onSubmit={write}>
      <label htmlFor={id}>{t('insp.vector')}</label>
      <input
        id={id}
        value={typed}
        disabled={playing}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={typed !== '' && number === null}
        onChange={(e) => setTyped(e.target.value)}
      />
      <button type="submit" className="btn btn-main" disabled={playing || number === null}>
        {t(isSet ? 'insp.putOut' : 'insp.putIn')}
      </button>
      <p className="insp-note">{t('insp.raw')}</p>
    </form>
  );
}

function Plain({ view, at, text, t }: { view: MachineView; at: RegisterRef; text: string; t: Translate }) {
  const change = useChange();
  const playing = useStore((state) => state.playhead.playing);
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const word = view.w[addressOf(view.wordMap, at.kind, at.index, at.register, at.sub)] >>> 0;
  const address = addressOf(view.wordMap, at.kind, at.index, at.register, at.sub);
  const guestCan = guestWrite(view, at, [word]) !== null;
  const bits = rawBits(view, address) >>> 0;
  const [way, setWay] = useState<Way>('guest');
  const raw = bits !== 0 && (way === 'raw' || !guestCan);
  const max = raw ? bits : at.kind === 'vcpu' ? (at.register === 'shadow' ? 2 : 1) : 0xffff_ffff;
  const value = typed === null ? word : parseNumber(typed, max);
  const ops = value === null ? [] : raw ? rawWrite(view, [address], [value]) : guestWrite(view, at, [value]);
  const write = (event: FormEvent): void => {
    event.preventDefault();
    if (ops === null || ops.length === 0 || value === word) return;
    setTyped(null);
    change(ops);
  };
  return (
    <>
      <p className="insp-hex">
        <b>{text}</b>
      </p>
      {ops !== null && (
        <form className="insp-plain" onSubmit={write}>
          <label htmlFor={id}>{t('insp.newValue')}</label>
          <input
            id={id}
            disabled={playing}
            value={typed ?? String(word)}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={value === null}
            aria-describedby={value === null ? `${id}p` : undefined}
            onChange={(e) => setTyped(e.target.value)}
          />
          <button type="submit" className="btn btn-main" disabled={playing || value === null || value === word}>
            {t(raw ? 'insp.putIn' : 'insp.write')}
          </button>
          {bits !== 0 && !playing && (
            <WayChoice ways={guestCan ? WAYS : ['raw']} way={raw ? 'raw' : 'guest'} onWay={setWay} t={t} />
          )}
          {value === null && (
            <p className="problem" id={`${id}p`}>
              {t('insp.wrong', {
                field: registerName(at, view.config),
                max: max > 9 ? hex(max) : max,
                text: typed ?? '',
              })}
            </p>
          )}
          {playing && <p className="insp-note">{t('insp.playing')}</p>}
        </form>
      )}
    </>
  );
}

function LastChange({ addresses, t }: { addresses: readonly number[]; t: Translate }) {
  const { actions } = useApp();
  const step = useStore(({ scene, playhead }) =>
    scene === null ? undefined : lastWriter(scene, addresses, seqAt(scene, playhead.step, playhead.phase >= ARRIVE)),
  );
  return (
    <p className="insp-last">
      {step === undefined ? (
        t('insp.untouched')
      ) : (
        <button type="button" className="insp-link" onClick={() => actions.seekStep(step.index)}>
          {t('insp.lastChange', { n: step.index + 1, event: t(`event.${step.name}.title`) })}
        </button>
      )}
    </p>
  );
}

/** The road of the access at the playhead: how it left the guest, what KVM asked, where it ended. A turn not taken is dashed. */
import type { Asked, Question, Road, RoadPart } from '../../explain/road.ts';
import { IODEVS } from '../../spec/iodevs.ts';
import type { Translate } from '../shared/use-t.ts';
import { iodevLabel } from './iodev-label.ts';
import { rangeText } from './range-text.ts';

/** What a yes leads to. */
const LEADS: Readonly<Partial<Record<Question, 'memory' | 'kernel'>>> = {
  slot: 'memory',
  lapic: 'kernel',
  'mmio-bus': 'kernel',
  'pio-bus': 'kernel',
};
const address = (n: number): string => `0x${n.toString(16)}`;

interface EndBoxProps {
  readonly name: 'memory' | 'guest' | 'kernel' | 'user';
  readonly note: string;
  readonly reached: boolean;
  readonly t: Translate;
  readonly extra?: string | undefined;
}

function EndBox({ name, note, reached, extra, t }: EndBoxProps) {
  return (
    <div className="road-end" data-reached={reached} data-end={name}>
      <strong>{t(`roads.end.${name}`)}</strong>
      <span>{note}</span>
      {extra !== undefined && <span className="road-mono">{extra}</span>}
    </div>
  );
}

function kernelNote(part: RoadPart, question: Question, t: Translate): string {
  if (question === 'lapic') return t('roads.end.lapic.note');
  if (part.end === 'eventfd' || part.end === 'ring') return t(`roads.end.${part.end}.note`);
  return part.taker === null ? '' : `${iodevLabel(part.taker.kind, t)}, ${IODEVS[part.taker.kind].by}`;
}

function Row({ asked, part, t }: { readonly asked: Asked; readonly part: RoadPart; readonly t: Translate }) {
  const { question, answer, value } = asked;
  const leads = LEADS[question];
  const reached = answer === 'yes' && leads !== undefined;
  const note =
    leads === 'memory'
      ? t('roads.end.memory.note')
      : reached || question === 'lapic'
        ? kernelNote(part, question, t)
        : '';
  return (
    <li className="road-row" data-question={question} data-answer={answer}>
      <div className="road-ask">
        <strong>{t(`roads.q.${question}`)}</strong>
        <em>{t(`roads.a.${answer}`)}</em>
        <span>{t(`roads.how.${question}`)}</span>
        <span className="road-mono">{value}</span>
      </div>
      {leads !== undefined && (
        <>
          <i className="road-way" aria-hidden="true" />
          <EndBox name={leads} note={note} reached={reached} t={t} />
        </>
      )}
    </li>
  );
}

function Part({
  road,
  part,
  at,
  t,
}: {
  readonly road: Road;
  readonly part: RoadPart;
  readonly at: number;
  readonly t: Translate;
}) {
  const user = part.end === 'user';
  const isPort = road.kind === 'pio';
  return (
    <ol className="road-rows" aria-label={t(isPort ? 'roads.asksPort' : 'roads.asks')}>
      {road.parts.length > 1 && (
        <li className="road-part">{t('roads.part', { from: at + 1, to: at + part.len, n: road.size })}</li>
      )}
      {part.asked.map((asked) => (
        <Row key={asked.question} asked={asked} part={part} t={t} />
      ))}
      {(part.asked.length > 0 || user) && (
        <li className="road-row" data-answer={user ? 'yes' : 'ahead'}>
          <i className="road-rest" aria-hidden="true" />
          <i className="road-way" aria-hidden="true" />
          <EndBox
            name="user"
            note={t(isPort ? 'roads.end.userIo.note' : 'roads.end.user.note')}
            reached={user}
            extra={part.answered ? t('roads.end.answered') : undefined}
            t={t}
          />
        </li>
      )}
      {part.end === 'guest' && (
        <li className="road-row" data-answer="yes">
          <EndBox name="guest" note={t('roads.end.guest.note')} reached t={t} />
        </li>
      )}
      {road.kind === 'fast' && (
        <li className="road-row" data-answer="yes">
          <EndBox
            name="kernel"
            note={t('roads.end.eventfd.note')}
            reached
            extra={part.taker === null ? undefined : rangeText(part.taker, t)}
            t={t}
          />
        </li>
      )}
    </ol>
  );
}

/** How it came to KVM. */
function Exit({ road, t }: { readonly road: Road; readonly t: Translate }) {
  const kind =
    road.kind === 'fast' ? t('roads.access') : t(road.write ? 'roads.write' : 'roads.read', { n: road.size });
  const names = ['OUT', 'IN', 'REP OUTS', 'REP INS'];
  return (
    <ul className="road-exit" aria-label={t('roads.exit')}>
      <li>
        <strong>{road.kind === 'pio' ? names[road.way] : kind}</strong>
        <span className="road-mono">{address(road.addr)}</span>
      </li>
      {road.exit !== null && (
        <li>
          <strong className="road-mono">{road.exit}</strong>
        </li>
      )}
      {(road.missedFast || road.kind === 'fast') && (
        <li>
          <strong className="road-mono">KVM_FAST_MMIO_BUS</strong>
          <span>{t(road.kind === 'fast' ? 'roads.fast.hit' : 'roads.fast.miss')}</span>
        </li>
      )}
      {road.kind === 'memory' && <li>{t('roads.noExit')}</li>}
      {road.kind === 'mmio' && (
        <li>
          <strong className="road-mono">x86_emulate_instruction</strong>
          <span>{t('roads.emulate')}</span>
        </li>
      )}
      {road.kind === 'pio' && (
        <li>
          <strong className="road-mono">{road.way < 2 ? 'kvm_fast_pio' : 'x86_emulate_instruction'}</strong>
          <span>{road.way < 2 ? t('roads.fastPath') : t('roads.string', { n: road.count })}</span>
        </li>
      )}
    </ul>
  );
}

export function RoadView({ road, t }: { readonly road: Road; readonly t: Translate }) {
  // Memory of its own and a doorbell on the fast bus: nothing is asked.
  const asks = road.parts.some(({ asked }) => asked.length > 0);
  let at = 0;
  return (
    <div className="road" data-road={road.kind}>
      <h3>{t('roads.exit')}</h3>
      <h3>{asks && t(road.kind === 'pio' ? 'roads.asksPort' : 'roads.asks')}</h3>
      <h3>{t('roads.end')}</h3>
      <Exit road={road} t={t} />
      <div className="road-parts">
        {road.parts.map((part) => {
          const from = at;
          at += part.len;
          return <Part key={`${part.addr} ${from}`} road={road} part={part} at={from} t={t} />;
        })}
      </div>
    </div>
  );
}

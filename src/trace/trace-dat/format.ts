/** An event's `format` file as the kernel writes it: its id, its fields, and the names its print format gives to numbers. */
import { type RawFields, TRACEPOINTS } from '../tracepoints.ts';

interface Field {
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

export interface EventFormat {
  readonly name: string;
  readonly id: number;
  /** Index into TRACEPOINTS, -1 for an event that is only counted. */
  readonly event: number;
  readonly fields: ReadonlyMap<string, Field>;
  /** Lists of `__print_symbolic`, in the order they stand. */
  readonly symbols: readonly ReadonlyMap<number, string>[];
}

const FIELD = /^\s*field:(.+?);\s*offset:(\d+);\s*size:(\d+);\s*signed:(\d)/;

/** @returns null for a text that is no format file */
export function parseFormat(text: string): EventFormat | null {
  const name = /^name: (\S+)/m.exec(text)?.[1];
  const id = /^ID: (\d+)/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return null;
  const fields = new Map<string, Field>();
  for (const line of text.split('\n')) {
    const m = FIELD.exec(line);
    if (m === null) continue;
    const field = /(\w+)(\[[^\]]*\])?$/.exec(m[1] as string)?.[1];
    if (field !== undefined) fields.set(field, { offset: Number(m[2]), size: Number(m[3]), signed: m[4] === '1' });
  }
  const event = TRACEPOINTS.findIndex((row) => row.name === name);
  return { name, id: Number(id), event, fields, symbols: event < 0 ? [] : symbolLists(text) };
}

function symbolLists(text: string): Map<number, string>[] {
  const lists: Map<number, string>[] = [];
  for (const part of text.split('__print_symbolic(').slice(1)) {
    const list = new Map<number, string>();
    for (const [, value = '', name = ''] of part.matchAll(/\{\s*([^",]+),\s*((?:"[^"]*"\s*)+)\}/g)) {
      const number = value
        .split('+')
        .map((term) => Number(term.replace(/[()ULl]/g, '').trim()))
        .reduce((sum, n) => sum + n, 0);
      if (Number.isFinite(number)) list.set(number, name.replace(/"\s*"/g, '').replace(/"/g, '').trim());
    }
    lists.push(list);
  }
  return lists;
}

/** The fields of one binary record. Point it at a record, then read. */
export class RecordFields implements RawFields {
  private view: DataView = new DataView(new ArrayBuffer(0));
  private at = 0;
  private length = 0;
  private format: EventFormat | null = null;

  point(view: DataView, at: number, length: number, format: EventFormat): void {
    this.view = view;
    this.at = at;
    this.length = length;
    this.format = format;
  }

  num(name: string): number {
    const field = this.format?.fields.get(name);
    if (field === undefined || field.offset + Math.min(field.size, 4) > this.length) return 0;
    const at = this.at + field.offset;
    switch (field.size) {
      case 1:
        return field.signed ? this.view.getInt8(at) : this.view.getUint8(at);
      case 2:
        return field.signed ? this.view.getInt16(at, true) : this.view.getUint16(at, true);
      case 4:
        return field.signed ? this.view.getInt32(at, true) : this.view.getUint32(at, true);
      case 8:
        return this.view.getUint32(at, true);
      default:
        return 0;
    }
  }

  has(name: string): boolean {
    return this.format?.fields.has(name) ?? false;
  }

  high(name: string): number {
    const field = this.format?.fields.get(name);
    if (field?.size !== 8 || field.offset + 8 > this.length) return 0;
    return this.view.getUint32(this.at + field.offset + 4, true);
  }

  /** kvm_exit's print format names VMX's reasons first, then SVM's. */
  symbol(name: string, value: number): string | null {
    const list = this.format?.symbols[name.endsWith(':svm') ? 1 : 0];
    return list?.get(value) ?? list?.get(value | 0) ?? null;
  }
}

/**
 * Ops in a link: `["irq_line",4,1]` instead of `{"op":"irq_line","gsi":4,"level":1}`. The order of the fields is part of the
 * link format: a row may get fields at its end and the table may get rows, nothing else may change. An op that a row cannot
 * say (an unknown op or field, create with its many options) stands there as the object it is.
 */

type JsonOp = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  irq_line: ['gsi', 'level'],
  msi: ['addr', 'data'],
  routing: ['entries'],
  irqfd: ['gsi', 'resample'],
  irqfd_deassign: ['gsi', 'resample'],
  irqfd_signal: ['gsi'],
  irqfd_resample_poll: ['gsi'],
  mmio_write: ['vcpu', 'addr', 'size', 'value'],
  mmio_read: ['vcpu', 'addr', 'size'],
  pio_write: ['vcpu', 'port', 'value'],
  pio_read: ['vcpu', 'port'],
  wrmsr: ['vcpu', 'msr', 'value'],
  rdmsr: ['vcpu', 'msr'],
  set_cr8: ['vcpu', 'value'],
  eoi: ['vcpu'],
  nmi: ['vcpu'],
  extint: ['vcpu', 'vector'],
  run: ['vcpu'],
  iret: ['vcpu'],
  nop: ['vcpu'],
  cpu: ['vcpu'],
  note: [],
  get: [],
  advance: ['ns'],
  settle: ['events'],
  device: ['id', 'event', 'vector'],
  msix: ['id', 'entry', 'field', 'value'],
  vcpu_state: ['vcpu', 'state'],
  post: ['vcpu', 'vector'],
  vtd_msi: ['irte'],
  vmentry: ['vcpu'],
  vmexit: ['vcpu'],
  get_vmx: ['vcpu'],
};

const isRecord = (v: unknown): v is JsonOp => typeof v === 'object' && v !== null && !Array.isArray(v);

/** The op as it stands in a link. */
export function packOp(op: JsonOp): unknown {
  const name = op.op;
  const fields = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (fields === undefined) return op;
  const given = Object.keys(op).filter((key) => key !== 'op' && op[key] !== undefined);
  const values = fields.map((field) => op[field]);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  const fits = given.every((key) => fields.includes(key)) && !values.includes(undefined) && !values.includes(null);
  return fits ? [name, ...values] : op;
}

/** Inverse of packOp. @returns null for what is no op at all; whether its values make sense is the engine's to say */
export function unpackOp(packed: unknown): JsonOp | null {
  if (isRecord(packed)) return typeof packed.op === 'string' ? packed : null;
  if (!Array.isArray(packed)) return null;
  const [name, ...values] = packed as unknown[];
  const fields = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (fields === undefined || values.length > fields.length) return null;
  return { op: name, ...Object.fromEntries(values.map((value, i) => [fields[i] as string, value])) };
}

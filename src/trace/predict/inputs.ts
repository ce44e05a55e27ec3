/** Lines that the engine is told: each becomes an op, whose lines the engine then promises. */
import type { TraceRecord } from '../record.ts';
import { atResetVector, TP } from '../tracepoints.ts';
import { inducedLeftOut } from './ends.ts';
import { disagree, raced } from './folding.ts';
import { entryTells, reinjectionMissing, windowWithout } from './injections.ts';
import { msiKey, valueKey, vectorKey } from './keys.ts';
import { EXIT, type ExitKind, MSR, REG, SURELY_ONE_SHOT, type Thread, type VcpuState } from './model.ts';
import { OP, type Op, runOp, SCAN, shows } from './ops.ts';
import type { Predictor } from './predict.ts';
import { inputsRecorded } from './unknowns.ts';

export function setIrq(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const op = predictor.begin(t, r, OP.setIrq, -1, false);
  op.a[0] = r.f[0];
  op.a[1] = r.f[1];
  op.a[2] = r.f[2];
  predictor.runOpen(t, op);
}

export function message(
  predictor: Predictor,
  t: Thread,
  r: TraceRecord,
  src: number,
  dest: number,
  vector: number,
  mode: number,
  logical: number,
  level: number,
  trig: number,
  shorthand: number,
  rh: number,
): Op {
  const op = predictor.begin(t, r, OP.message, src, false);
  op.a[0] = dest;
  op.a[1] = vector;
  op.a[2] = mode;
  op.a[3] = logical;
  op.a[4] = level;
  op.a[5] = trig;
  op.a[6] = shorthand;
  op.a[7] = rh;
  predictor.runOpen(t, op);
  return op;
}

export function msi(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const f = r.f;
  const key = msiKey(f[0], f[1], f[2], f[3], f[4], f[5]);
  const op = t.open;
  if (op !== null && !op.closed && op.promised[op.shown.length] === key) {
    predictor.show(op, key, r);
    return;
  }
  // Messages one behind the other on a vCPU's own thread, and nobody takes them: its routes are read out, nothing is sent.
  const scans = t.vcpu >= 0 && predictor.o.survey.irqchip === 'split';
  const isScan = scans && op !== null && op.kind === OP.message && op.shown.length === 0 && op.a[8] > 0;
  if (isScan) op.a[8] = SCAN;
  const gsi = op !== null && op.kind === OP.setIrq && op.shown.length === 0 ? op.a[0] : -1;
  predictor.close(t, r);
  if (gsi >= 0) {
    const known = predictor.routes.get(gsi);
    if (known === key) predictor.verdicts.right(TP.kvm_msi_set_irq, false);
    else predictor.verdicts.count(TP.kvm_msi_set_irq, 'unknowable', 'route');
    predictor.routes.set(gsi, key);
  } else predictor.verdicts.count(TP.kvm_msi_set_irq, 'unknowable', 'input');
  const sent = message(predictor, t, r, -1, f[0], f[1], f[2], f[3], 1, f[4], 0, f[5]);
  sent.a[8] = isScan ? SCAN : scans && gsi < 0 ? 1 : 0;
  if (scans && gsi < 0) predictor.noteRoute(key, isScan);
}

export function hypercall(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const f = r.f;
  if (f[0] === 5) {
    // KVM_HC_KICK_CPU: a message of mode "remote read" that only wakes. @kvm x86.c kvm_pv_kick_cpu_op
    message(predictor, t, r, -1, f[3], 0, 3, 0, 0, 0, 0, 0);
  } else if (f[0] === 0xa) {
    const op = predictor.begin(t, r, OP.pvIpi, t.vcpu, false);
    for (let i = 0; i < 9; i++) op.a[i] = f[i];
    predictor.runOpen(t, op);
  }
}

export function apic(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const f = r.f;
  if (t.vcpu < 0) return;
  const register = f[1];
  if (f[0] === 0) {
    read(
      predictor,
      t,
      r,
      OP.readApic,
      TP.kvm_apic,
      f[2],
      register === REG.tmcct || predictor.chips.apicv || register > 0x3f0,
    );
    return;
  }
  if (register === REG.eoi) {
    t.eoiOwed = r.line;
    t.eoiTs = r.ts;
    return;
  }
  if (register === REG.selfIpi) return;
  const stores = register === REG.icr || register === REG.icr2;
  const op = predictor.begin(t, r, stores ? OP.storeIcr : OP.writeApic, t.vcpu, false);
  for (let i = 0; i < 4; i++) op.a[i] = f[i];
  predictor.runOpen(t, op);
  const state = predictor.vcpus[t.vcpu] as VcpuState;
  if (register === REG.lvtt) {
    state.armedKnown = false;
    state.lvttKnown = true;
    state.oneShot = true;
    state.startedFires = SURELY_ONE_SHOT;
  } else if (register === REG.tmict) state.oneShot = f[2] !== 0;
}

export function mmio(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const f = r.f;
  const gpa = f[2];
  if (f[3] !== 0 || gpa < 0xfec00000 || gpa >= 0xfec00100 || predictor.o.survey.irqchip !== 'full') return;
  if (f[0] === 2) {
    const op = predictor.begin(t, r, OP.writeIoapic, t.vcpu, false);
    op.a[1] = f[1];
    op.a[2] = gpa - 0xfec00000;
    op.a[4] = f[4];
    predictor.runOpen(t, op);
  } else if (f[0] === 1) {
    read(predictor, t, r, OP.readIoapic, TP.kvm_mmio, f[4], false);
  }
}

export function pio(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const port = r.f[1];
  if (predictor.o.survey.irqchip !== 'full') return;
  if (!(port === 0x20 || port === 0x21 || port === 0xa0 || port === 0xa1 || port === 0x4d0 || port === 0x4d1)) return;
  if (r.f[0] === 0) {
    read(predictor, t, r, OP.readPort, TP.kvm_pio, r.f[4] & 255, r.f[3] > 1 || r.f[2] > 1);
    return;
  }
  const op = predictor.begin(t, r, OP.writePort, t.vcpu, false);
  op.a[1] = port;
  op.a[4] = r.f[4];
  const chip = port >= 0x4d0 ? port & 1 : port >> 7;
  // What a pin's line shows beside the mask, its trigger, is not known by a write of the mask: the first line shows both.
  predictor.runOpen(t, op);
  if (predictor.chips.pic(chip, 'initState') >= 2) predictor.known.picBase[chip] = true;
}

/** A value read: printed after it was read, so whatever others did before this line may or may not show in it. */
export function read(
  predictor: Predictor,
  t: Thread,
  r: TraceRecord,
  kind: number,
  event: number,
  value: number,
  unknowable: boolean,
): void {
  const op = predictor.begin(t, r, kind, t.vcpu, true);
  for (let i = 0; i < 6; i++) op.a[i] = r.f[i];
  if (kind === OP.readIoapic) op.a[2] = r.f[2] - 0xfec00000;
  runOp(op, predictor.chips);
  op.after = predictor.seq;
  op.closed = true;
  const key = valueKey(event, value);
  if (unknowable) {
    predictor.verdicts.count(event, 'unknowable', 'not modelled');
    op.promised.length = 0;
    return;
  }
  if (op.promised[0] === key) {
    shows(op, key, r);
    op.right = 1;
    predictor.verdicts.right(event, false);
    predictor.verdicts.settle(key);
    return;
  }
  if (predictor.show(op, key, r)) return;
  const order = predictor.window.reorder(op);
  if (order !== null) {
    predictor.countRest(op, 'raced', 'order');
    raced(predictor, op, order);
    return;
  }
  if (predictor.mid || !predictor.apicSeen || !inputsRecorded(predictor)) {
    predictor.countRest(op, 'unknowable', 'not seen yet');
    op.promised.splice(0, 1, key);
    return;
  }
  disagree(predictor, op);
}

export function msr(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const f = r.f;
  if (f[0] !== 1 || f[4] === 1 || t.vcpu < 0) return;
  const state = predictor.vcpus[t.vcpu] as VcpuState;
  switch (f[1]) {
    case MSR.apicBase: {
      const op = predictor.begin(t, r, OP.writeBase, t.vcpu, true);
      op.a[2] = f[2];
      op.a[3] = f[3];
      predictor.runAlone(op);
      break;
    }
    case MSR.deadline:
      state.timerArmed = f[2] !== 0 || f[3] !== 0;
      state.armedKnown = true;
      // A trace that begins in the middle has not shown LVTT written.
      if (predictor.mid && state.timerArmed && ((predictor.chips.lapic(t.vcpu, 'lvtTimer') >>> 17) & 3) === 0)
        predictor.follow((c) => c.setTimerToDeadline(t.vcpu));
      break;
    case MSR.asyncPf:
      state.asyncPf = f[2] & 255;
      state.asyncPfKnown = true;
      break;
  }
}

export function entry(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const vcpu = t.vcpu;
  if (vcpu < 0) return;
  otherVcpu(predictor, t, r);
  const state = predictor.vcpus[vcpu] as VcpuState;
  if (!atResetVector(r)) state.elsewhere = true;
  else if (state.elsewhere) begunAgain(predictor, state, r);
  state.alive = true;
  if (t.inducedOwed > 0) {
    inducedLeftOut(predictor, t, r);
    predictor.close(t, r);
  }
  if (state.windowLine > 0) windowWithout(predictor, t, state, r);
  if (state.mustReinject >= 0) reinjectionMissing(predictor, state, vcpu, r);
  if (predictor.o.survey.entryInfo) entryTells(predictor, t, state, r.f[3], r);
  state.injected = -1;
  state.entered = true;
  if (predictor.chips.mustServe(vcpu)) predictor.runAlone(predictor.begin(t, r, OP.serve, vcpu, true));
  if (predictor.chips.apicv && predictor.chips.highestIrr(vcpu) >= 0)
    predictor.runAlone(predictor.begin(t, r, OP.posted, vcpu, false));
}

/**
 * A vCPU that ran begins at the reset vector again: user space reset its VM, or made another, by ioctls that print no line. What
 * the chips hold now is learnt anew.
 */
function begunAgain(predictor: Predictor, state: VcpuState, r: TraceRecord): void {
  predictor.lost();
  state.elsewhere = false;
  predictor.verdicts.excuse(state.exitLine);
  predictor.verdicts.note('host-ioctl', 'note', r.line, r.ts, { vcpu: r.f[0], params: { what: 'reset' } });
}

/** A vCPU's own thread runs that vCPU. @kvm kvm_main.c kvm_vcpu_ioctl refuses KVM_RUN from another process, not thread */
function otherVcpu(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const id = predictor.chips.ids[t.vcpu];
  if (r.f[0] === id) predictor.verdicts.settleEvent(r.event);
  if (!t.isOneVcpu || r.f[0] === id || r.f[0] < 0) return;
  predictor.verdicts.count(r.event, 'wrong', 'other vCPU');
  predictor.verdicts.differs(r.line, r.ts, vectorKey(r.event, id, -1), vectorKey(r.event, r.f[0], -1), null);
}

export function exitKind(predictor: Predictor, reason: number): ExitKind {
  const known = predictor.exitKinds[reason];
  if (known !== undefined) return known;
  const name = predictor.o.reasons[reason] ?? '';
  const kind = /^EOI_INDUCED$/.test(name)
    ? EXIT.eoiInduced
    : /^(vintr|EXIT_VINTR|INTERRUPT_WINDOW|PENDING_INTERRUPT)$/.test(name)
      ? EXIT.window
      : /^(VMCALL|hypercall|EXIT_VMMCALL)$/.test(name)
        ? EXIT.hypercall
        : EXIT.other;
  predictor.exitKinds[reason] = kind;
  return kind;
}

export function exit(predictor: Predictor, t: Thread, r: TraceRecord): void {
  t.lastExit = exitKind(predictor, r.f[1]);
  t.exitVector = r.f[2] & 255;
  t.inducedOwed = t.lastExit === EXIT.eoiInduced ? r.line : 0;
  if (t.vcpu < 0) return;
  otherVcpu(predictor, t, r);
  const state = predictor.vcpus[t.vcpu] as VcpuState;
  state.entered = false;
  state.exitLine = r.line;
  if (t.lastExit === EXIT.window) {
    state.windowLine = r.line;
    state.windowTs = r.ts;
  }
  // SVM's exit_int_info, VMX's IDT-vectoring information: an external interrupt was cut off in its delivery.
  // Before v5.10 the line has neither: its two numbers are others.
  if (r.f[7] !== 1) {
    state.mustReinject = -1;
    return;
  }
  const info = predictor.o.vendor === 'svm' ? r.f[6] : r.f[4];
  if (info !== 0) predictor.cutOffShown = true;
  state.mustReinject = info >= 0x80000000 && ((info >>> 8) & 7) === 0 ? info & 255 : -1;
}

/**
 * KVM_EXIT_IOAPIC_EOI tells the VMM's IOAPIC of the EOI before it, which is of a vector that came as a level.
 * @kvm lapic.c kvm_ioapic_send_eoi
 */
export function userspaceExit(predictor: Predictor, t: Thread, r: TraceRecord): void {
  if (r.f[1] !== 0 || r.f[0] !== 26 || t.vcpu < 0) return;
  const { ended } = t;
  t.ended = -1;
  if (!predictor.recorded(TP.kvm_eoi) || t.midway) {
    predictor.verdicts.count(r.event, 'unknowable', t.midway ? 'not seen yet' : 'kvm_eoi not recorded');
    return;
  }
  if (ended >= 0) {
    predictor.verdicts.right(r.event, false);
    return;
  }
  predictor.verdicts.count(r.event, 'wrong', 'not promised');
  predictor.verdicts.differs(r.line, r.ts, -1, valueKey(r.event, 26), null);
}

/** As much of a WebSocket (RFC 6455) as a test needs of a browser on this machine: text both ways. Node has one of its own from 22 on. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const TEXT = 1;
const PING = 9;
const PONG = 10;

/** A frame of ours: whole, and masked as a client's must be. */
function frame(kind: number, data: Buffer): Buffer {
  const length =
    data.length < 126
      ? Buffer.from([0x80 | data.length])
      : data.length < 65_536
        ? Buffer.from([0x80 | 126, data.length >> 8, data.length & 255])
        : Buffer.concat([
            Buffer.from([0x80 | 127, 0, 0, 0, 0]),
            Buffer.from(new Uint32Array([data.length]).buffer).swap32(),
          ]);
  const mask = randomBytes(4);
  const masked = Buffer.from(data.map((byte, i) => byte ^ (mask[i % 4] as number)));
  return Buffer.concat([Buffer.from([0x80 | kind]), length, mask, masked]);
}

/** @param onText gets each message  @returns how to say something */
export async function openSocket(url: string, onText: (text: string) => void): Promise<{ say(text: string): void }> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  let waiting = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let open: (() => void) | null = null;
  const read = (): void => {
    if (open !== null) {
      const end = waiting.indexOf('\r\n\r\n');
      if (end < 0) return;
      waiting = waiting.subarray(end + 4);
      open();
      open = null;
    }
    for (;;) {
      const [first = 0, second = 0] = waiting;
      const short = second & 127;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (waiting.length < head) return;
      const length =
        short === 126 ? waiting.readUInt16BE(2) : short === 127 ? Number(waiting.readBigUInt64BE(2)) : short;
      if (waiting.length < head + length) return;
      const data = waiting.subarray(head, head + length);
      waiting = waiting.subarray(head + length);
      if ((first & 15) === PING) socket.write(frame(PONG, data));
      else if ((first & 15) <= TEXT) {
        parts.push(data);
        if ((first & 0x80) !== 0) {
          onText(Buffer.concat(parts).toString());
          parts = [];
        }
      }
    }
  };
  await new Promise<void>((done, fail) => {
    open = done;
    socket.on('error', fail);
    socket.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      read();
    });
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  });
  return { say: (text) => void socket.write(frame(TEXT, Buffer.from(text))) };
}

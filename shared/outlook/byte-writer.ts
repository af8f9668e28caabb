/** Numbers and texts in few bytes. */
export interface ByteWriter {
  byte(value: number): void;
  /** A whole number from 0 to 2^53: seven bits a byte. */
  whole(value: number): void;
  /** A whole number of either sign. */
  signed(value: number): void;
  /** As it is, in eight bytes. */
  float(value: number): void;
  text(value: string): void;
  done(): Uint8Array;
}

export function createByteWriter(): ByteWriter {
  const bytes: number[] = [];
  const byte = (value: number): void => {
    bytes.push(value);
  };
  const whole = (value: number): void => {
    let left = value;
    for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
    bytes.push(left);
  };
  return {
    byte,
    whole,
    signed: (value) => whole(value < 0 ? -2 * value - 1 : 2 * value),
    float(value) {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value);
      for (let i = 0; i < 8; i += 1) bytes.push(view.getUint8(i));
    },
    text(value) {
      whole(value.length);
      for (let i = 0; i < value.length; i += 1) whole(value.charCodeAt(i));
    },
    done: () => Uint8Array.from(bytes),
  };
}

/** The bytes of an outlook are not as they were written. */
export class DamagedOutlook extends Error {
  override readonly name = "DamagedOutlook";

  constructor(what: string) {
    super(`The bytes of an outlook are damaged: ${what}. Make it anew from the contact's facts.`);
  }
}

/** Reads what a `ByteWriter` has written; throws a `DamagedOutlook` at anything else. */
export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  byte(): number {
    this.#wants(1);
    const value = this.#view.getUint8(this.#at);
    this.#at += 1;
    return value;
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (!Number.isSafeInteger(value)) throw new DamagedOutlook("a number is too large");
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  float(): number {
    this.#wants(8);
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }

  /** So many bytes, where they are. */
  bytes(count: number): Uint8Array {
    this.#wants(count);
    const { buffer, byteOffset } = this.#view;
    const bytes = new Uint8Array(buffer, byteOffset + this.#at, count);
    this.#at += count;
    return bytes;
  }

  text(): string {
    let text = "";
    for (let left = this.count(); left > 0; left -= 1) {
      const unit = this.whole();
      if (unit > 0xffff) throw new DamagedOutlook("a text holds no text");
      text += String.fromCharCode(unit);
    }
    return text;
  }

  /** How many things follow that take a byte at least. */
  count(): number {
    const count = this.whole();
    this.#wants(count);
    return count;
  }

  #wants(bytes: number): void {
    if (this.left < bytes) throw new DamagedOutlook("they end too early");
  }
}

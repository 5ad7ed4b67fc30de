/** Values in the order of their times. Those older than `keepSeconds` are dropped as new ones arrive. */
export class TimedValues {
  readonly times: number[] = [];
  readonly values: number[] = [];

  constructor(private readonly keepSeconds: number) {}

  /** Appends a value. Times must not go backwards; a value of exactly `keepSeconds` age is kept. */
  record(nowSeconds: number, value: number): void {
    const oldest = nowSeconds - this.keepSeconds;
    while (this.times.length > 0 && this.times[0]! < oldest) {
      this.times.shift();
      this.values.shift();
    }
    this.times.push(nowSeconds);
    this.values.push(value);
  }
}

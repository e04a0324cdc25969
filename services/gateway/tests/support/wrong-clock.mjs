/**
 * For `node --import`: this process's clock is wrong by TEST_CLOCK_AHEAD_MS, for its own code and all its libraries. Node.js asks the kernel
 * for the time in `Date` alone; `performance` and timers, which count durations, stay as they are, as they do when a clock is set.
 */
const aheadMs = Number(process.env.TEST_CLOCK_AHEAD_MS);
const RightDate = Date;

class WrongDate extends RightDate {
  constructor(...values) {
    if (values.length === 0) super(RightDate.now() + aheadMs);
    else super(...values);
  }

  static now() {
    return RightDate.now() + aheadMs;
  }
}
globalThis.Date = WrongDate;

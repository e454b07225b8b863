// Which rates the separator works at: the context has the rate of the file, for nothing is resampled on the way in.

/** What the separator works at; what comes in live at another rate is heard at the device's. */
export const sessionRate = (rate: number | null): number | undefined =>
  rate !== null && rate >= 44_100 && rate <= 96_000 ? rate : undefined

/** How times are written in raw rows: as a text, or as a number that counts from the beginning of 1970, UTC. */
export const timeFormats = ['auto', 'epochsecs', 'epochmillisecs'] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** How raw values are taken where that is not as they are written (AWS, "Data conversion parameters" of COPY). */
export interface CopyOptions {
  /** Of all columns for a time with its day. */
  readonly timeFormat: TimeFormat;
  /** Whether text that is too long is cut. */
  readonly truncateColumns: boolean;
  /** Whether text of nothing but white space is null. */
  readonly blanksAsNull: boolean;
  /** Whether text without a letter is null. */
  readonly emptyAsNull: boolean;
}

export const asWritten: CopyOptions = {
  timeFormat: 'auto',
  truncateColumns: false,
  blanksAsNull: false,
  emptyAsNull: false,
};

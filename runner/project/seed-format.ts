/** How the CSV file of a seed is read. A line may end in any way, whatever the other lines of its file do. */
export const seedFormat = {
  bom: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
};

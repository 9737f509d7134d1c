/** From what needs a person most to what needs nobody. */
const ORDER = [70, 67, 66, 65, 64, 3, 4, 2, 0];

/** One exit code for several products: the one that most needs somebody. */
export const worst = (codes: readonly number[]): number => ORDER.find((code) => codes.includes(code)) ?? 0;

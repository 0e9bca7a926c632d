import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that can be repeated: the same seed gives the same draws on every machine. */
export class Chance {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return uniformInt(this.#generator, least, most);
  }

  /** True in `share` of all cases. */
  happens(share: number): boolean {
    return this.fraction() < share;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Waiting time until something that happens once in `mean` on average. */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }
}

/** Draws indexes by weight. */
export class Weighted {
  readonly #cumulative: Float64Array;

  constructor(weights: readonly number[]) {
    let sum = 0;
    this.#cumulative = Float64Array.from(weights, (weight) => (sum += weight));
  }

  draw(chance: Chance): number {
    return Math.floor(this.position(chance.fraction()));
  }

  /** Where on the line of all indexes `share` of the whole weight is passed: 2.5 is in the middle of index 2. */
  position(share: number): number {
    const wanted = share * (this.#cumulative.at(-1) ?? 0);
    let [low, high] = [0, this.#cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    const before = this.#cumulative[low - 1] ?? 0;
    const within = (wanted - before) / ((this.#cumulative[low] ?? 0) - before);
    return low + Math.min(within, 1 - Number.EPSILON);
  }
}

/** Weights by Zipf's law: what is k-th in popularity has a k-th of the weight of the first, to the power given. */
export function powerLaw(size: number, exponent: number): number[] {
  return Array.from({ length: size }, (_, rank) => (rank + 1) ** -exponent);
}

import { WordList } from './growing-words.ts';

/** What the postings of an index need to know of the values behind their numbers. */
export interface Dictionary {
  /** Behind the highest number in use. */
  readonly end: number;
  readonly memoryBytes: number;
  /** No point has the value any more: its number may be given to another. */
  release(number: number): void;
  /** Gives back the memory of released values, if that is much. */
  compact(giveWay: () => Promise<void>): Promise<void>;
}

/** What `find` returns where the value is in no point. */
export const NO_NUMBER = -1;

/** Numbers from 0 up, those that were given back first. */
export class NumberSupply {
  readonly #free = new WordList();
  #end = 0;

  get end(): number {
    return this.#end;
  }

  take(): number {
    return this.#free.pop() ?? this.#end++;
  }

  giveBack(number: number): void {
    this.#free.push(number);
  }
}

/** Finds the line that each record of a CSV text begins on: the parser's own count is wrong with CRLF in quotes, and at the ends of chunks. */
export class RecordLines {
	#line: number;
	/** Of the record that is under way. */
	#start: number;
	#quoted = false;
	#afterReturn = false;
	/** Of records that have ended, and how many of those have been asked for. */
	#ended: number[] = [];
	#dropped = 0;
	#asked = 0;

	constructor(first: number) {
		this.#line = first;
		this.#start = first;
	}

	push(text: string): void {
		for (let at = 0; at < text.length; at += 1) {
			const character = text.charCodeAt(at);
			const secondHalf = this.#afterReturn && character === 0x0a;
			this.#afterReturn = character === 0x0d;
			if (secondHalf) continue;
			if (character === 0x22) this.#quoted = !this.#quoted;
			if (character !== 0x0a && character !== 0x0d) continue;
			this.#line += 1;
			if (this.#quoted) continue;
			this.#ended.push(this.#start);
			this.#start = this.#line;
		}
	}

	/** Of the record with this number, from 0; one that has not been asked for yet. */
	of(record: number): number {
		return this.#ended[record - this.#dropped] ?? this.#start;
	}

	/** Of the next record. */
	next(): number {
		const line = this.#ended[this.#asked] ?? this.#start;
		this.#asked += 1;
		if (this.#asked >= this.#ended.length) {
			this.#dropped += this.#asked;
			this.#ended = [];
			this.#asked = 0;
		}
		return line;
	}
}

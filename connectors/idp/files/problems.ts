import { SyncError } from "../../../core/errors.ts";
import { type Place, placeText } from "./failure.ts";

const LISTED = 8;

/** What is wrong with the records of a reading, told together: an export is seldom wrong in one place only. */
export class Problems {
	readonly #first: { readonly place: Place; readonly what: string }[] = [];
	#count = 0;

	add(place: Place, what: string): void {
		this.#count += 1;
		if (this.#first.length < LISTED) this.#first.push({ place, what });
	}

	/** Throws `source.malformed` when there are any. */
	judge(todo: string): void {
		const [first] = this.#first;
		if (first === undefined) return;
		const more = this.#count - this.#first.length;
		const told = this.#first.map(({ place, what }) => `${placeText(place)}: ${what}`).join("; ");
		throw new SyncError("source.malformed", `${told}${more === 0 ? "" : `; and ${more} more of this kind`}`, {
			todo,
			context: { file: first.place.file, line: first.place.line, problems: this.#count },
		});
	}
}

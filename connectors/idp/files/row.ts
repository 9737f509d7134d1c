import type { Place } from "./failure.ts";

/** What stands in one place of a record. `odd`: something that is neither text nor a list of texts. */
export type Value = undefined | string | readonly string[] | { readonly odd: string };

/** One record, whatever the format. Names of columns are compared without case and blanks around them. */
export interface Row {
	readonly place: Place;
	/** By folded name. Text is trimmed; what is empty is undefined. */
	get(folded: string): Value;
	/** As the file spells them. */
	names(): Iterable<string>;
}

export const fold = (name: string): string => name.trim().toLowerCase();

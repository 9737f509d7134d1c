import { SyncError } from "../../../core/errors.ts";
import { and, eq, type Filter, ge, not } from "./filter.ts";
import { unreadableIn } from "./refusals.ts";
import { unproven } from "./whole.ts";

/** So many are held; with more of them it is not the records. Their names also have to fit into every filter. */
const MOST = 20;

/** Asks for rows; throws what OpenAM says of a record that it cannot read. */
export type Ask<R> = (filter: Filter, signal: AbortSignal) => Promise<readonly R[]>;

/**
 * One record that OpenAM cannot read fails every list that it is in, with an error that names it. It is left out of this
 * and all later lists, and counted as seen: it is there, and nothing is known of it.
 */
export class Unreadable<R> {
	readonly #ask: Ask<R>;
	readonly #attribute: string;
	readonly #what: string;
	readonly #names = new Set<string>();

	/** `attribute`: the naming attribute. `what`: for messages. */
	constructor(ask: Ask<R>, about: { readonly attribute: string; readonly what: string }) {
		this.#ask = ask;
		this.#attribute = about.attribute;
		this.#what = about.what;
	}

	/** Everybody that the filter finds, but for those that cannot be read. */
	async rows(filter: Filter, signal: AbortSignal): Promise<readonly R[]> {
		for (;;) {
			const out = [...this.#names].map((name) => not(eq(this.#attribute, name)));
			try {
				return await this.#ask(and(filter, ...out), signal);
			} catch (error) {
				const name = unreadableIn(error);
				// Named though it was left out: the filter did not find it by this name.
				if (name === undefined || out.includes(not(eq(this.#attribute, name)))) throw error;
				this.#names.add(name);
				if (this.#names.size > MOST) throw tooMany(error as SyncError, this.#what);
			}
		}
	}

	/**
	 * Looks at each of them by itself: those that still cannot be read, and the rows of those that can (deleted, or
	 * created, while the list was read).
	 */
	async settle(signal: AbortSignal): Promise<{ readonly names: readonly string[]; readonly rows: readonly R[] }> {
		const names: string[] = [];
		const rows: R[] = [];
		for (const name of this.#names) {
			const found = await this.#readable(eq(this.#attribute, name), signal);
			if (found === undefined) names.push(name);
			else rows.push(...found);
		}
		return { names, rows };
	}

	/**
	 * The immutable id of one that cannot be read. Filters see what answers do not show: whether the record is among those
	 * that a filter finds is known from whether the list fails. The id is a UUID (RFC 4530), so 128 questions of "greater
	 * or equal" find it. Throws `source.incomplete` when they do not: whoever is not known cannot be left alone.
	 */
	async uuidOf(name: string, attribute: string, signal: AbortSignal): Promise<string> {
		const self = eq(this.#attribute, name);
		const matches = async (filter: Filter) => (await this.#readable(and(self, filter), signal)) === undefined;
		let id = 0n;
		for (let bit = 127n; bit >= 0n; bit -= 1n) {
			const higher = id | (1n << bit);
			if (await matches(ge(attribute, uuidText(higher)))) id = higher;
		}
		const text = uuidText(id);
		if (await matches(eq(attribute, text))) return text;
		throw unproven({ what: this.#what }, `OpenAM cannot read "${name}", and its ${attribute} could not be found out`);
	}

	/** Which of these values the record has, where one fits. */
	async valueOf(name: string, attribute: string, values: Iterable<string>, signal: AbortSignal): Promise<string | undefined> {
		for (const value of values) {
			if ((await this.#readable(and(eq(this.#attribute, name), eq(attribute, value)), signal)) === undefined) return value;
		}
		return undefined;
	}

	/** The rows, or undefined when the filter finds a record that cannot be read. */
	async #readable(filter: Filter, signal: AbortSignal): Promise<readonly R[] | undefined> {
		try {
			return await this.#ask(filter, signal);
		} catch (error) {
			if (unreadableIn(error) === undefined) throw error;
			return undefined;
		}
	}
}

function uuidText(value: bigint): string {
	const hex = value.toString(16).padStart(32, "0");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const tooMany = (error: SyncError, what: string): SyncError =>
	new SyncError("source.incomplete", `more than ${MOST} ${what} cannot be read; the latest: ${error.message}`, {
		cause: error,
		context: error.context,
		todo: "Update or restart the data store in OpenAM: it remembers names as missing from before they were created.",
	});

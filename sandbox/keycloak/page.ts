import { type Call, Refused } from "../kit/http.ts";

/** A whole number of the query; anything else is answered 404, as the real one does (seen on 26.7.4 for `max=abc`). */
export function wholeNumber(call: Call, name: string): number | undefined {
	const text = call.query.get(name);
	if (text === null || text === "") return undefined;
	if (!/^-?\d{1,9}$/.test(text)) throw new Refused({ status: 404, json: { error: "HTTP 404 Not Found" } });
	return Number(text);
}

export function flag(call: Call, name: string, standard: boolean): boolean {
	const text = call.query.get(name);
	return text === null || text === "" ? standard : text.toLowerCase() === "true";
}

/** The wanted page; a negative `max` means everything from `first` on. @param max where the request names none; -1: no limit. */
export function paged<T>(call: Call, rows: readonly T[], max: number): T[] {
	const first = Math.max(0, wholeNumber(call, "first") ?? 0);
	const most = wholeNumber(call, "max") ?? max;
	return most < 0 ? rows.slice(first) : rows.slice(first, first + most);
}

export const byName = <T>(key: (row: T) => string): ((left: T, right: T) => number) => {
	return (left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0);
};

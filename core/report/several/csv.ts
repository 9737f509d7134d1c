import { csv as csvOfOne, line } from "../csv.ts";
import type { Ending } from "./endings.ts";

/** As one product's CSV, with the product as the first column; a product that failed has one row with state `failed`. */
export function* csv(endings: readonly Ending[]): Iterable<string> {
	let header = true;
	for (const ending of endings) {
		const product = line([ending.product]).replace(/\r\n$/, "");
		if ("failure" in ending) {
			yield `${product},${line(["failed", "", "", "", "", "", `${ending.failure.code}: ${ending.failure.message}`, "", "", ""])}`;
			continue;
		}
		let first = true;
		for (const row of csvOfOne(ending.report)) {
			if (first && header) yield `product,${row}`;
			else if (!first) yield `${product},${row}`;
			if (first) header = false;
			first = false;
		}
	}
}

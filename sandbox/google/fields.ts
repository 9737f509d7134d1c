import { invalid } from "./refusals.ts";

/** What a `fields` parameter lets through: names, and what of each. */
interface Mask {
	readonly [name: string]: Mask | true;
}

/** The answer with only those members that the mask names: `kind,users(id,name/fullName)`. @throws Refused 400 for what is no mask. */
export function masked(json: unknown, fields: string | null): unknown {
	if (fields === null || fields === "" || fields === "*") return json;
	return applied(json, parsed(fields));
}

function parsed(text: string): Mask {
	let at = 0;
	const wrong = () => invalid(`fields ${text}`);
	const list = (): Mask => {
		const mask: Record<string, Mask | true> = {};
		for (;;) {
			const name = /^[\w*-]+/.exec(text.slice(at))?.[0];
			if (name === undefined) throw wrong();
			at += name.length;
			mask[name] = inner();
			if (text[at] !== ",") return mask;
			at += 1;
		}
	};
	const inner = (): Mask | true => {
		if (text[at] === "/") {
			at += 1;
			const name = /^[\w*-]+/.exec(text.slice(at))?.[0];
			if (name === undefined) throw wrong();
			at += name.length;
			return { [name]: inner() };
		}
		if (text[at] !== "(") return true;
		at += 1;
		const mask = list();
		if (text[at] !== ")") throw wrong();
		at += 1;
		return mask;
	};
	const mask = list();
	if (at !== text.length) throw wrong();
	return mask;
}

function applied(json: unknown, mask: Mask | true): unknown {
	if (mask === true) return json;
	if (Array.isArray(json)) return json.map((one) => applied(one, mask));
	if (typeof json !== "object" || json === null) return json;
	const kept = Object.entries(json).filter(([name]) => mask[name] !== undefined || mask["*"] !== undefined);
	return Object.fromEntries(kept.map(([name, value]) => [name, applied(value, mask[name] ?? mask["*"] ?? true)]));
}

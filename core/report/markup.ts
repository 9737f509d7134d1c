import { visible } from "./visible.ts";

/** HTML that is safe to put on a page. Made by `h` only. */
export class Markup {
	readonly html: string;
	constructor(html: string) {
		this.html = html;
	}
	toString(): string {
		return this.html;
	}
}

type Part = Markup | string | number | readonly Markup[] | undefined;

/** A template whose every value is escaped unless it is markup already; undefined gives nothing. Attribute values must stand in double quotes. */
export function h(pieces: TemplateStringsArray, ...values: readonly Part[]): Markup {
	let html = pieces[0]!;
	for (const [index, value] of values.entries()) html += render(value) + pieces[index + 1]!;
	return new Markup(html);
}

function render(value: Part): string {
	if (value === undefined) return "";
	if (value instanceof Markup) return value.html;
	if (typeof value === "object") return value.map(({ html }) => html).join("");
	return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** Also spells out what hides or changes direction. */
export const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);

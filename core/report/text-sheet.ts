import type { createColors } from "picocolors";
import { padTo, widthOf, wrap } from "./columns.ts";

export type Paint = ReturnType<typeof createColors>;
type Style = (text: string) => string;

/** A page of text of a given width: every method yields finished lines with their line end. Texts come in cleaned, without escapes. */
export class Sheet {
	readonly width: number;
	readonly rows: number | undefined;
	readonly paint: Paint;

	constructor(settings: { readonly width: number; readonly rows: number | undefined; readonly paint: Paint }) {
		this.width = settings.width;
		this.rows = settings.rows;
		this.paint = settings.paint;
	}

	wrapped(text: string, width: number): string[] {
		return wrap(text, width);
	}

	/** Side by side with dots between where they fit, else below each other. */
	*parts(parts: readonly (readonly [text: string, style?: Style])[]): Iterable<string> {
		const fits = widthOf(parts.map(([text]) => text).join(" · ")) <= this.width;
		if (fits) yield `${parts.map(([text, style = plain]) => style(text)).join(` ${this.paint.dim("·")} `)}\n`;
		else for (const [text, style = plain] of parts) yield* this.flow(text, { style });
	}

	/** A paragraph with a hanging indent; `first` stands before its first line and is as wide as the indent. */
	*flow(text: string, look: { readonly style?: Style; readonly first?: string; readonly indent?: number } = {}): Iterable<string> {
		const indent = look.indent ?? 0;
		const style = look.style ?? plain;
		for (const [index, line] of wrap(text, this.width - indent).entries())
			yield `${index === 0 ? (look.first ?? " ".repeat(indent)) : " ".repeat(indent)}${style(line)}\n`;
	}

	/** `label   text`, the text aligned under itself. */
	labelled(label: string, text: string): Iterable<string> {
		return this.flow(text, { first: `  ${this.paint.dim(padTo(label, 8))}`, indent: 10 });
	}

	*heading(title: string, style: Style = plain): Iterable<string> {
		yield "\n";
		const line = this.paint.dim("─".repeat(Math.max(0, this.width - widthOf(title) - 4)));
		yield `${this.paint.dim("──")} ${style(this.paint.bold(title))} ${line}\n`;
	}

	/** Lines of at most width − 4 columns in a frame; they may carry colours. */
	*box(lines: readonly string[], style: Style): Iterable<string> {
		const inner = this.width - 4;
		yield `${style(`╭${"─".repeat(inner + 2)}╮`)}\n`;
		for (const line of lines) yield `${style("│")} ${padTo(line, inner)} ${style("│")}\n`;
		yield `${style(`╰${"─".repeat(inner + 2)}╯`)}\n`;
	}

	/** `rollcall …    # why`: never broken inside the command when it fits a line; the remark moves below. */
	*command(text: string): Iterable<string> {
		const [command, remark] = text.split("    # ") as [string, string | undefined];
		if (!command.startsWith("rollcall ")) return yield* this.flow(text, { first: "  ", indent: 2 });
		const tail = remark === undefined ? "" : `   # ${remark}`;
		if (widthOf(command + tail) + 2 <= this.width) return yield `  ${this.paint.cyan(command)}${this.paint.dim(tail)}\n`;
		if (remark !== undefined) yield* this.flow(`# ${remark}`, { first: "  ", indent: 2, style: this.paint.dim });
		yield* this.flow(command, { first: "  ", indent: 2, style: this.paint.cyan });
	}

	/** `name  text  more`: the name in its column, the rest beside it, wrapped; a name too long for its column has its own lines. */
	*row(row: Row): Iterable<string> {
		const lead = `  ${row.sign} `;
		const fits = widthOf(row.name) <= row.column;
		const indent = 4 + (fits ? row.column + 2 : 4);
		if (!fits) yield* this.flow(row.name, { first: lead, indent: 4 });
		const room = Math.max(12, this.width - indent);
		const cells = [...lines(row.text, room, plain), ...lines(row.more, room, this.paint.dim)];
		const joined = widthOf(row.text) + 2 + widthOf(row.more) <= room && row.text !== "" && row.more !== "";
		const shown = joined
			? [`${padTo(row.text, Math.min(row.textColumn, room - 2 - widthOf(row.more)))}  ${this.paint.dim(row.more)}`]
			: cells;
		if (shown.length === 0 && fits) return yield `${lead}${row.name}\n`;
		for (const [index, line] of shown.entries())
			yield index === 0 && fits ? `${lead}${padTo(row.name, row.column)}  ${line}\n` : `${" ".repeat(indent)}${line}\n`;
	}

	/** The first rows of a list, and how many are left out. */
	limit<T>(all: readonly T[]): { readonly shown: readonly T[]; readonly left: number } {
		const shown = this.rows === undefined ? all : all.slice(0, this.rows);
		return { shown, left: all.length - shown.length };
	}

	*more(left: number): Iterable<string> {
		if (left > 0)
			yield* this.flow(`and ${left.toLocaleString("en")} more: --format html shows all`, {
				first: "    ",
				indent: 4,
				style: this.paint.dim,
			});
	}
}

export interface Row {
	/** One column wide; may carry a colour. */
	readonly sign: string;
	readonly name: string;
	readonly column: number;
	readonly text: string;
	readonly textColumn: number;
	/** Said more quietly. */
	readonly more: string;
}

const plain: Style = (text) => text;
const lines = (text: string, room: number, style: Style): string[] => (text === "" ? [] : wrap(text, room).map(style));

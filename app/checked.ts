import type { Finding } from "../core/connector.ts";
import { asSyncError, EXIT, exitCode } from "../core/errors.ts";
import { visible } from "../core/report/visible.ts";
import { colours, print, type Terminal } from "./console.ts";

/** What was found out about one directory, product or store. */
export interface Checked {
	readonly what: "source" | "product" | "store";
	readonly id: string;
	readonly findings: readonly Finding[];
	readonly code: number;
}

interface Checkable {
	check(signal: AbortSignal): Promise<readonly Finding[]>;
	close(): Promise<void>;
}
/** Opens it, looks at it, closes it. Never throws: a failure is a finding too. */
export async function checkOne(
	what: "source" | "product",
	id: string,
	open: () => Promise<Checkable>,
	signal: AbortSignal,
): Promise<Checked> {
	try {
		const opened = await open();
		try {
			const findings = await opened.check(signal);
			const bad = findings.some((finding) => finding.level === "error");
			return { what, id, findings, code: bad ? (what === "source" ? EXIT.source : EXIT.target) : EXIT.done };
		} finally {
			await opened.close();
		}
	} catch (error) {
		return failed(what, id, error);
	}
}

export function failed(what: Checked["what"], id: string, error: unknown): Checked {
	const failure = asSyncError(error);
	const finding: Finding = {
		level: "error",
		name: failure.code,
		message: failure.message,
		...(failure.todo === undefined ? {} : { todo: failure.todo }),
	};
	return { what, id, findings: [finding], code: exitCode(failure.code) };
}

/** One heading, and one line for each finding with what to do about it. */
export function tellChecked(terminal: Terminal, { what, id, findings }: Checked): void {
	const colour = colours(terminal, terminal.out);
	const mark = { ok: colour.green("ok     "), warning: colour.yellow("warning"), error: colour.red("error  ") };
	print(terminal.out, colour.bold(`${what} ${id}`));
	for (const finding of findings) {
		print(terminal.out, `  ${mark[finding.level]} ${visible(finding.message)}`);
		if (finding.todo !== undefined) print(terminal.out, `          ${colour.dim("→")} ${visible(finding.todo)}`);
	}
}

import type { Finding } from "../../core/connector.ts";
import { asSyncError, EXIT, exitCode } from "../../core/errors.ts";
import { colours, print } from "../console.ts";
import { offersOnly } from "../output.ts";
import { productsOf, type Session } from "../settings.ts";
import { openConnector, openProduct, openStore } from "../wiring.ts";
import { worst } from "../worst.ts";

interface Checked {
	readonly what: "source" | "product" | "store";
	readonly id: string;
	readonly findings: readonly Finding[];
	readonly code: number;
}

/** Looks at everything once: secrets, reachability, rights, clocks, the store. Changes nothing. */
export async function checkCommand(session: Session, signal: AbortSignal): Promise<number> {
	offersOnly(session, "check", ["text", "json"], { out: false });
	const products = productsOf(session);
	const sources = new Set(products.flatMap((product) => product.policy.from));
	const checked: Checked[] = [];
	for (const id of sources)
		checked.push(await checkOne("source", id, () => openConnector(session.config.sources.get(id)!, session.log.http), signal));
	for (const product of products)
		checked.push(await checkOne("product", product.id, async () => (await openProduct(product, session.log.http)).product, signal));
	checked.push(await checkStore(session));
	session.progress.end();
	if (session.options.format === "json") print(session.terminal.out, JSON.stringify({ checks: checked }, null, 2));
	else tell(session, checked);
	return worst(checked.map((c) => c.code));
}

interface Checkable {
	check(signal: AbortSignal): Promise<readonly Finding[]>;
	close(): Promise<void>;
}
async function checkOne(what: "source" | "product", id: string, open: () => Promise<Checkable>, signal: AbortSignal): Promise<Checked> {
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

async function checkStore(session: Session): Promise<Checked> {
	const path = session.config.store.sqlite;
	try {
		const store = await openStore(session.config, { readOnly: true, tell: session.tell });
		await store.shut();
		return {
			what: "store",
			id: path,
			findings: [{ level: "ok", name: "store.readable", message: "the store can be read, or will be made by the first run" }],
			code: EXIT.done,
		};
	} catch (error) {
		return failed("store", path, error);
	}
}

function failed(what: Checked["what"], id: string, error: unknown): Checked {
	const failure = asSyncError(error);
	const finding: Finding = {
		level: "error",
		name: failure.code,
		message: failure.message,
		...(failure.todo === undefined ? {} : { todo: failure.todo }),
	};
	return { what, id, findings: [finding], code: exitCode(failure.code) };
}

function tell(session: Session, checked: readonly Checked[]): void {
	const { terminal } = session;
	const colour = colours(terminal, terminal.out);
	const mark = { ok: colour.green("ok     "), warning: colour.yellow("warning"), error: colour.red("error  ") };
	for (const { what, id, findings } of checked) {
		print(terminal.out, colour.bold(`${what} ${id}`));
		for (const finding of findings) {
			print(terminal.out, `  ${mark[finding.level]} ${finding.message}`);
			if (finding.todo !== undefined) print(terminal.out, `          ${colour.dim("→")} ${finding.todo}`);
		}
	}
	const errors = checked.flatMap((c) => c.findings).filter((f) => f.level === "error").length;
	print(
		terminal.out,
		errors === 0
			? colour.green("Everything needed is there. Next: rollcall diff")
			: colour.red(`${errors} ${errors === 1 ? "thing needs" : "things need"} to be mended first.`),
	);
}

import { EXIT } from "../../core/errors.ts";
import { type Checked, checkOne, failed, tellChecked } from "../checked.ts";
import { colours, print } from "../console.ts";
import { offersOnly } from "../output.ts";
import { productsOf, type Session } from "../settings.ts";
import { openConnector, openProduct, openStore } from "../wiring.ts";
import { worst } from "../worst.ts";

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

function tell(session: Session, checked: readonly Checked[]): void {
	const { terminal } = session;
	const colour = colours(terminal, terminal.out);
	for (const one of checked) tellChecked(terminal, one);
	const errors = checked.flatMap((c) => c.findings).filter((f) => f.level === "error").length;
	print(
		terminal.out,
		errors === 0
			? colour.green("Everything needed is there. Next: rollcall diff")
			: colour.red(`${errors} ${errors === 1 ? "thing needs" : "things need"} to be mended first.`),
	);
}

import type { ProductConfig } from "../../config/schema.ts";
import { tracePerson } from "../../core/desired/trace.ts";
import { EXIT } from "../../core/errors.ts";
import { type Explanation, explain } from "../../core/explain.ts";
import { planRun } from "../../core/run/plan.ts";
import { print } from "../console.ts";
import { tellExplanation } from "../explanation.ts";
import { offersOnly } from "../output.ts";
import { productsOf, type Session } from "../settings.ts";
import { openFor, openStore, planParts } from "../wiring.ts";

/** Why one person has, or has not, this account and these groups, product by product. Writes nothing. Exit 0, also when nobody is meant. */
export async function explainCommand(session: Session, who: string, signal: AbortSignal): Promise<number> {
	offersOnly(session, "explain", ["text", "json"], { out: false });
	const answers: { readonly product: string; readonly people: readonly Explanation[] }[] = [];
	for (const product of productsOf(session))
		answers.push({ product: product.id, people: await explainIn(session, product, { who, signal }) });
	session.progress.end();
	if (session.options.format === "json") print(session.terminal.out, JSON.stringify({ who, answers }, null, 2));
	else for (const { product, people } of answers) tellExplanation(session.terminal, { product, who, people });
	return EXIT.done;
}

async function explainIn(
	session: Session,
	product: ProductConfig,
	{ who, signal }: { who: string; signal: AbortSignal },
): Promise<readonly Explanation[]> {
	const opened = await openFor(session.config, product, session.log.http);
	const store = await openStore(session.config, { readOnly: true, tell: session.tell });
	try {
		const parts = planParts(session.config, product, {
			sources: opened.sources,
			product: opened.target.product,
			mark: opened.target.mark,
			store,
			flags: { firstRunRemovals: false },
			progress: session.progress.show,
		});
		const { snapshots, actual, plan } = await planRun(parts, signal);
		const trace = tracePerson(
			parts.policy,
			snapshots.map((s) => s.value),
			who,
		);
		return explain(trace, { actual: actual.value, links: await store.links(product.id), plan });
	} finally {
		await Promise.all([opened.close(), store.shut()]);
	}
}

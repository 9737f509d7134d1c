import type { ProductConfig } from "../config/schema.ts";
import { asSyncError, exitCode } from "../core/errors.ts";
import type { Report } from "../core/report/report.ts";
import type { Ending } from "../core/report/several/endings.ts";
import { tellFailure } from "./failure.ts";
import { tellAll, tellReport } from "./output.ts";
import { exitOf } from "./report-of.ts";
import { productsOf, type Session } from "./settings.ts";
import { worst } from "./worst.ts";

/**
 * Runs every product in turn and tells how each came out: of one product its report, of several an overview as well, or one
 * document. One that fails does not keep the others from theirs. Returns the exit code that most needs somebody.
 */
export async function eachProduct(
	session: Session,
	signal: AbortSignal,
	work: (product: ProductConfig) => Promise<Report>,
): Promise<number> {
	const products = productsOf(session);
	if (products.length === 1) {
		const report = await work(products[0]!);
		await tellReport(session, report);
		return exitOf(report);
	}
	const codes: number[] = [];
	const endings: Ending[] = [];
	for (const product of products) {
		if (signal.aborted) {
			endings.push({ product: product.id, failure: { code: "run.cancelled", message: "the run was stopped before this product's turn" } });
			codes.push(exitCode("run.cancelled"));
			continue;
		}
		const { ending, code } = await endingOf(session, product, work);
		endings.push(ending);
		codes.push(code);
	}
	await tellAll(session, endings);
	return worst(codes);
}

async function endingOf(
	session: Session,
	product: ProductConfig,
	work: (product: ProductConfig) => Promise<Report>,
): Promise<{ readonly ending: Ending; readonly code: number }> {
	const asText = session.options.format === "text";
	try {
		const report = await work(product);
		if (asText) await tellReport({ ...session, options: { ...session.options, out: [] } }, report);
		return { ending: { product: product.id, report }, code: exitOf(report) };
	} catch (error) {
		session.progress.end();
		const { code, message, todo } = asSyncError(error);
		const debug = session.options.logLevel === "debug";
		if (asText || code === "bug") tellFailure(session.terminal, error, { json: false, debug });
		return { ending: { product: product.id, failure: { code, message, ...(todo === undefined ? {} : { todo }) } }, code: exitCode(code) };
	}
}

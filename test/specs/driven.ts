import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Specs } from "../support/specs.ts";
import { defectsOf } from "./defects.ts";

/** Everything in which requests and answers disagree with the description. */
export function disagreements(specs: Specs, exchanges: readonly Exchange[]): string[] {
	return exchanges.flatMap((one) => [
		...(one.status < 400 ? specs.request({ method: one.method, path: one.path, query: one.query, body: one.requestBody }) : []),
		...(one.status === 0 ? [] : specs.response(one.method, one.path, one.status, one.responseBody)),
	]);
}

/** Endpoints that no exchange has reached with an answer below 400. */
export function undriven(endpoints: readonly string[], exchanges: readonly Exchange[]): string[] {
	const reached = exchanges.filter((one) => one.status < 400);
	return endpoints.filter((endpoint) => {
		const [method, template = ""] = endpoint.split(" ");
		const path = new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`);
		return !reached.some((one) => one.method === method && path.test(one.path));
	});
}

/** Excuses that nothing needed: to be taken off the list. (Those that put the description right are tried when it is read.) */
export function unused(specs: Specs, file: string): string[] {
	return defectsOf(file)
		.filter((defect) => "problem" in defect && !specs.used.has(defect))
		.map((defect) => defect.because);
}

import { z } from "zod";
import { SyncError } from "./errors.ts";
import type { ProductId } from "./model.ts";
import { OPERATION_KINDS, type OperationKind } from "./operation.ts";
import { type Plan, planDigest } from "./plan.ts";

const FORMAT = 1;

/** The plan as a JSON document, one operation a line, so that two plans can be compared with any text tool. */
export function* encodePlan(plan: Plan): Iterable<string> {
	const { operations, holds, digest, ...head } = plan;
	yield `{"rollcall":"plan","format":${FORMAT},${JSON.stringify(head).slice(1, -1)},\n"operations":[`;
	for (const [index, operation] of operations.entries()) yield `${index === 0 ? "\n" : ",\n"}${JSON.stringify(operation)}`;
	yield `],\n"holds":[`;
	for (const [index, hold] of holds.entries()) yield `${index === 0 ? "\n" : ",\n"}${JSON.stringify(hold)}`;
	yield `],\n"digest":"${digest}"}\n`;
}

const subject = z.object({ username: z.string(), person: z.string().optional(), account: z.string().optional() });
const operation = z.looseObject({
	id: z.string(),
	kind: z.enum(OPERATION_KINDS as [OperationKind, ...OperationKind[]]),
	because: z.string(),
	subject: subject.optional(),
	aliases: z.array(z.string()).optional(),
});
const file = z.object({
	rollcall: z.literal("plan"),
	format: z.literal(FORMAT),
	product: z.string(),
	posture: z.enum(["observe", "additive", "mirror"]),
	firstRun: z.boolean(),
	sources: z.array(z.looseObject({ connector: z.string(), digest: z.string() })),
	population: z.record(z.string(), z.number()),
	operations: z.array(operation),
	holds: z.array(z.looseObject({ wanted: z.string(), because: z.string(), detail: z.string() })),
	seats: z.array(z.looseObject({ name: z.string(), used: z.number() })).optional(),
	digest: z.string(),
});

/**
 * The plan in a file's text. Throws `config.invalid`: not a plan, written by another version, changed since it was
 * written (its digest no longer fits), or made for another product than `product`.
 */
export function decodePlan(text: string, from: { readonly path: string; readonly product?: ProductId }): Plan {
	const document = parseJson(text, from.path);
	const parsed = file.safeParse(document);
	if (!parsed.success) {
		const issue = parsed.error.issues[0]!;
		throw broken(
			from.path,
			`is not a Rollcall plan (${issue.path.join(".") || "document"}: ${issue.message})`,
			"Make a new one with `rollcall diff --out FILE`.",
		);
	}
	// The document itself, not zod's copy: that one has its keys in another order, and the digest covers the text.
	const { rollcall: _kind, format: _format, ...plan } = document as Plan & { rollcall: unknown; format: unknown };
	if (planDigest(plan) !== plan.digest)
		throw broken(
			from.path,
			"was changed after it was written: its digest does not fit its content",
			"A plan is applied exactly as it was made. Change the policy or the directory instead, and make a new plan with `rollcall diff --out FILE`.",
		);
	if (from.product !== undefined && plan.product !== from.product)
		throw broken(
			from.path,
			`is a plan for the product "${plan.product}", not for "${from.product}"`,
			`Run it with --product ${plan.product}, if that is what you want.`,
		);
	return plan;
}

function parseJson(text: string, path: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw broken(
			path,
			`is not JSON: ${(error as Error).message}`,
			"The file may be cut off; make a new one with `rollcall diff --out FILE`.",
		);
	}
}
const broken = (path: string, what: string, todo: string): SyncError =>
	new SyncError("config.invalid", `plan file ${path} ${what}`, { context: { path }, todo });

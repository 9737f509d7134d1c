import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "./fields.ts";
import type { Builder, MarkConfig, Rules } from "./kind.ts";

/** The `mark` section. `attribute`: what the product calls such a thing, in the singular. */
export const markField = (attribute: string) =>
	field(
		z
			.strictObject({
				attribute: field(line().max(200).default("rollcall"), {
					meaning: `The ${attribute} that the mark is written into.`,
					allowed: `the key of a ${attribute}`,
					example: "rollcall",
				}),
				key: field(secret(), {
					meaning:
						"Any secret text of at least 16 characters, which signs the marks: an account's mark cannot be forged, nor copied to another account. Without the same key the marks are worth nothing, so keep it where you keep your backups.",
					allowed: SECRET_ALLOWED,
					example: "${credential:rollcall-mark}",
					secret: true,
				}),
			})
			.optional(),
		{
			meaning: `Writes into each managed account whose it is (a signed ${attribute}), so that \`rollcall relink\` can rebuild a lost store.`,
			allowed: "a mapping with `key`",
			example: '{ key: "${credential:rollcall-mark}" }',
		},
	);

type Input = z.output<ReturnType<typeof markField>>;

export const markAt = (input: Input, builder: Pick<Builder, "secretAt">): { readonly mark?: MarkConfig } =>
	input === undefined ? {} : { mark: { attribute: input.attribute, key: builder.secretAt("mark", "key") } };

/** The policy's own attributes and the mark do not write over each other. */
export const markRules: Rules = ({ raw, path, report }) => {
	const { mark, people } = raw as { mark?: { attribute?: unknown }; people?: { attributes?: Record<string, unknown> } };
	const attribute = mark?.attribute ?? "rollcall";
	if (mark === undefined || typeof attribute !== "string" || people?.attributes?.[attribute] === undefined) return;
	report(
		[...path, "people", "attributes", attribute],
		`"${attribute}" is the attribute of the mark.`,
		"Give one of the two another name.",
		"key",
	);
};

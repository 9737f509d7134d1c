import { z } from "zod";

/**
 * The wire's shapes, as JSON (https://developer.atlassian.com/server/crowd/rest/v601/). Lists are called `users` by every
 * client in the field and `user` by the newest documentation: both are read.
 */
const text = z.string().nullish();
const some = z.string().min(1);

const attribute = z.object({ name: some, values: z.array(z.string()) });
/** Not expanded, a list is absent or empty. */
export const WireAttributes = z
	.object({ attributes: z.array(attribute).optional(), attribute: z.array(attribute).optional() })
	.transform((found) => found.attributes ?? found.attribute ?? []);
export type WireAttributes = z.infer<typeof WireAttributes>;

export const WireUser = z.object({
	name: some,
	"first-name": text,
	"last-name": text,
	"display-name": text,
	email: text,
	/** `<directory's id>:<id in that directory>`; no renaming changes it. */
	key: text,
	active: z.boolean(),
	attributes: WireAttributes.nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

export const WireGroup = z.object({ name: some, description: text, type: text, active: z.boolean().nullish() });
export type WireGroup = z.infer<typeof WireGroup>;

const listOf = (plural: string, singular: string) =>
	z
		.record(z.string(), z.unknown())
		.transform((body) => body[plural] ?? body[singular])
		.pipe(z.array(z.unknown(), { error: `neither ${plural} nor ${singular} is a list` }));
export const WireUsers = listOf("users", "user");
export const WireGroups = listOf("groups", "group");

/** `{"reason":"USER_NOT_FOUND","message":"User <fred> does not exist"}` */
export const WireError = z.object({ reason: z.string(), message: z.string().nullish() });

/** The server's own word that there is no such thing, unlike a 404 for a wrong address. */
export const absentBy = (...reasons: readonly string[]) => WireError.extend({ reason: z.enum(reasons as [string, ...string[]]) });

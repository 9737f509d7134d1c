import { z } from "zod";
import type { Limit, ShrinkLimits } from "../core/guard.ts";
import type { OperationKind } from "../core/operation.ts";
import { field } from "./fields.ts";
import { PERCENT_ALLOWED, percent } from "./units.ts";

interface DefaultLimit {
	readonly floor: number;
	readonly fraction: `${number}%`;
	readonly why: string;
}

/**
 * How much one run may do of each kind unless the file says otherwise: max(floor, fraction × population).
 * Chosen so that a working day passes and a broken directory does not. Taking away is bounded tightest; a site's first
 * sync of more than a few dozen people passes only when somebody has looked at the plan and named its digest.
 */
export const DEFAULT_LIMITS = {
	"link.adopt": { floor: 50, fraction: "25%", why: "Taking over many existing accounts at once is looked at by a person first." },
	"group.create": { floor: 10, fraction: "10%", why: "A rule with too wide an expression makes hundreds of groups." },
	"account.disable": { floor: 3, fraction: "5%", why: "A filter or a directory that broke looks like everybody leaving." },
	"account.rename": { floor: 5, fraction: "5%", why: "A changed username expression renames everybody, and people can no longer log in." },
	"account.enable": { floor: 10, fraction: "10%", why: "People who come back are few; many at once means that a filter has opened." },
	"account.create": { floor: 50, fraction: "25%", why: "Every account may cost a licence seat." },
	"account.update": { floor: 50, fraction: "30%", why: "A changed expression for names rewrites everybody." },
	"attribute.set": { floor: 200, fraction: "100%", why: "Properties do not decide about access; a new one is set for everybody." },
	"member.add": { floor: 200, fraction: "30%", why: "Membership gives access." },
	"member.remove": { floor: 10, fraction: "10%", why: "Membership taken away stops people working." },
	"group.delete": { floor: 0, fraction: "0%", why: "A deleted group takes its permissions and restrictions with it." },
} as const satisfies Record<OperationKind, DefaultLimit>;

const POPULATION: Record<OperationKind, string> = {
	"link.adopt": "people selected",
	"group.create": "groups in the product",
	"account.disable": "managed accounts",
	"account.rename": "managed accounts",
	"account.enable": "managed accounts",
	"account.create": "people selected",
	"account.update": "managed accounts",
	"attribute.set": "managed accounts",
	"member.add": "memberships wanted",
	"member.remove": "managed memberships",
	"group.delete": "groups in the product",
};

const limit = (floor: number, fraction: string, of: string) =>
	z
		.strictObject({
			floor: field(z.number().int().min(0).max(1_000_000).default(floor), {
				meaning: "Always allowed, however small the site.",
				allowed: "a whole number from 0 to 1000000",
				example: String(floor),
			}),
			fraction: field(percent().prefault(fraction), {
				meaning: `Allowed as a part of all ${of}.`,
				allowed: PERCENT_ALLOWED,
				example: fraction,
			}),
		})
		.prefault({});

const limitOf = (kind: OperationKind) => {
	const { floor, fraction, why } = DEFAULT_LIMITS[kind];
	return field(limit(floor, fraction, POPULATION[kind]), { meaning: `${why} A fraction of the ${POPULATION[kind]}.` });
};

/** The `limits` section. Every kind has a limit; one that is not written has its default. */
export const limits = field(
	z
		.strictObject({
			"link.adopt": limitOf("link.adopt"),
			"group.create": limitOf("group.create"),
			"account.disable": limitOf("account.disable"),
			"account.rename": limitOf("account.rename"),
			"account.enable": limitOf("account.enable"),
			"account.create": limitOf("account.create"),
			"account.update": limitOf("account.update"),
			"attribute.set": limitOf("attribute.set"),
			"member.add": limitOf("member.add"),
			"member.remove": limitOf("member.remove"),
			"group.delete": limitOf("group.delete"),
		} satisfies Record<OperationKind, z.ZodType<Limit, unknown>>)
		.prefault({}),
	{
		meaning:
			"How much one run may do: for each kind at most max(floor, fraction × population), or the whole plan is refused before the first write. A refused plan passes only when its digest is named.",
	},
);

const shrinkField = (fraction: string, what: keyof ShrinkLimits) =>
	field(percent().prefault(fraction), {
		meaning: `By how much the number of ${what} may fall.`,
		allowed: PERCENT_ALLOWED,
		example: fraction,
	});

/** The `shrink` section. */
export const shrink = field(
	z
		.strictObject({
			people: shrinkField("10%", "people"),
			groups: shrinkField("20%", "groups"),
			memberships: shrinkField("20%", "memberships"),
		})
		.prefault({}),
	{
		meaning:
			"How far a source may have shrunk since the last reading that passed. A directory that lost more is not believed, whatever the plan says; one is always allowed.",
	},
);

/** The `errorBudget` section. */
export const errorBudget = field(limit(5, "5%", "operations of the plan"), {
	meaning: "How many operations may fail before the rest of the run is called off: max(floor, fraction × operations).",
});

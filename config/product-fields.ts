import { z } from "zod";
import type { GroupMapText, PolicyText, Precedence, SourceText } from "../core/policy/policy.ts";
import { field } from "./fields.ts";
import { errorBudget, limits, shrink } from "./guard-fields.ts";
import type { Builder, ProductBase } from "./kind.ts";
import { groups, leavers, people, protect } from "./policy-fields.ts";
import type { Path } from "./problem.ts";
import { schedule, timeZone } from "./schedule.ts";

/** What every product has in common; `protected*` is what a kind puts out of bounds by default. */
export const productFields = (protectedAccounts: readonly string[], protectedGroups: readonly string[]) => ({
	posture: field(z.enum(["observe", "additive", "mirror"]), {
		meaning:
			"How far Rollcall may go. `observe`: it plans and reports, and writes nothing. `additive`: it creates, updates and adds, and takes nothing away. `mirror`: it also disables accounts and removes memberships. A product's first run takes nothing away in any case.",
		allowed: "observe, additive or mirror",
		example: "observe",
		todo: "There is no default; begin with observe.",
	}),
	adopt: field(z.enum(["never", "username", "email"]), {
		meaning:
			"Whether an existing account may be taken under management, and by what it is recognised. An account taken over in a run loses nothing in that run. `email` trusts the directory's e-mail addresses.",
		allowed: "never, username or email",
		example: "username",
		todo: "There is no default; never is the careful choice, username the usual one.",
	}),
	people,
	groups,
	leavers: leavers(),
	protect: protect(protectedAccounts, protectedGroups),
	limits,
	shrink,
	errorBudget,
	schedule,
	timeZone,
});

type Fields = ReturnType<typeof productFields>;
type Input = z.output<z.ZodObject<Fields>>;

/** The common part of a product's settings, from what the schema let through. */
export function productBase<Kind extends string>(
	input: Input,
	kind: Kind,
	builder: Builder & Pick<ProductBase, "id"> & { readonly protectByDefault: Pick<ProductBase["protect"], "accounts" | "groups"> },
): ProductBase & { kind: Kind } {
	return {
		id: builder.id,
		kind,
		posture: input.posture,
		adopt: input.adopt,
		policy: policyText(input, builder.textAt),
		leavers: {
			action: input.leavers.action,
			after: { sightings: input.leavers.after.sightings, periodMs: input.leavers.after.period },
			stripGroups: input.leavers.stripGroups,
			...(input.leavers.licenceGroups === undefined ? {} : { licenceGroups: input.leavers.licenceGroups }),
		},
		protect: {
			accounts: input.protect.accounts ?? builder.protectByDefault.accounts,
			groups: input.protect.groups ?? builder.protectByDefault.groups,
			stated: { accounts: input.protect.accounts !== undefined, groups: input.protect.groups !== undefined },
		},
		limits: input.limits,
		shrink: input.shrink,
		errorBudget: input.errorBudget,
		...(input.schedule === undefined ? {} : { schedule: input.schedule }),
		timeZone: input.timeZone,
	};
}

/** As core/policy has it: fields that are not named are left out. */
function precedenceOf({ attributes = {}, ...fields }: NonNullable<PolicyInput["people"]["precedence"]>): Precedence {
	const named = Object.entries(fields).filter(([, order]) => order !== undefined);
	return { fields: Object.fromEntries(named), attributes } as unknown as Precedence;
}

type PolicyInput = { readonly people: z.output<typeof people>; readonly groups: z.output<typeof groups> };

/** The part that core/policy compiles, every expression with its place in the file. */
function policyText(input: PolicyInput, textAt: (...path: Path) => SourceText): PolicyText {
	const one = <Key extends "samePerson" | "where" | "username" | "email" | "displayName">(key: Key): Partial<Record<Key, SourceText>> =>
		input.people[key] === undefined ? {} : ({ [key]: textAt("people", key) } as Record<Key, SourceText>);
	const attributes = Object.keys(input.people.attributes ?? {}).map((key) => [key, textAt("people", "attributes", key)] as const);
	return {
		from: input.people.from as string[] as unknown as PolicyText["from"],
		...one("samePerson"),
		...(input.people.active === undefined ? {} : { active: input.people.active }),
		...(input.people.precedence === undefined ? {} : { precedence: precedenceOf(input.people.precedence) }),
		...one("where"),
		...one("username"),
		...one("email"),
		...one("displayName"),
		...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
		groups: {
			...input.groups,
			map: input.groups.map.map((rule, index): GroupMapText => {
				const at = ["groups", "map", index] as const;
				return {
					...(rule.match === undefined ? {} : { match: textAt(...at, "match") }),
					...(rule.path === undefined ? {} : { path: textAt(...at, "path") }),
					to: textAt(...at, "to"),
				};
			}),
		},
	};
}

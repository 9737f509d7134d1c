import type { AttributeNeeds } from "../../../core/connector.ts";
import { compareText } from "../../../core/digest.ts";
import type { Attributes } from "../../../core/model.ts";

/** Fields of a user that say something about the person (https://developers.onelogin.com/api-docs/2/users/user-resource). */
const LASTING = [
	"comment",
	"company",
	"created_at",
	"department",
	"directory_id",
	"distinguished_name",
	"external_id",
	"manager_ad_id",
	"manager_user_id",
	"member_of",
	"phone",
	"preferred_locale_code",
	"samaccountname",
	"title",
	"trusted_idp_id",
	"userprincipalname",
] as const;
/** Change with every log-in: read only where the policy names them. `status` and `state` come as words. */
const PASSING = [
	"activated_at",
	"group_id",
	"invalid_login_attempts",
	"invitation_sent_at",
	"last_login",
	"locked_until",
	"password_changed_at",
	"state",
	"status",
	"updated_at",
] as const;
const OWN: ReadonlySet<string> = new Set([...LASTING, ...PASSING]);

/** Custom attributes by their shortname, or, where OneLogin has a field of that name too, with this before it. */
const CUSTOM = "custom_attributes.";

/** Fields that a list of people must be asked for beyond those that are always needed. Custom attributes come all or none. */
export function fieldsFor(needs: AttributeNeeds): readonly string[] {
	if (needs === "all") return [...LASTING, "custom_attributes"];
	const names = [...needs].sort(compareText);
	const own = names.filter((name) => OWN.has(name));
	return names.some((name) => !OWN.has(name)) ? [...own, "custom_attributes"] : own;
}

/** A row's fields as attributes, those that were asked for only. `words`: what stands for the numbers of `status` and `state`. */
export function attributesOf(
	row: Readonly<Record<string, unknown>>,
	words: Readonly<Record<string, string | undefined>>,
	needs: AttributeNeeds,
): Attributes {
	const found = new Map<string, readonly string[]>();
	for (const name of needs === "all" ? LASTING : needs) {
		if (OWN.has(name)) found.set(name, valuesOf(words[name] ?? row[name]));
	}
	const custom = row.custom_attributes;
	if (custom instanceof Object)
		for (const [shortname, value] of Object.entries(custom)) {
			const long = CUSTOM + shortname;
			const plain = OWN.has(shortname) ? long : shortname;
			for (const name of needs === "all" ? [plain] : [plain, long])
				if (needs === "all" || needs.has(name)) found.set(name, valuesOf(value));
		}
	return Object.fromEntries([...found].filter(([, values]) => values.length > 0));
}

function valuesOf(value: unknown): readonly string[] {
	if (value === null || value === undefined || value === "") return [];
	if (Array.isArray(value)) return value.flatMap(valuesOf);
	return [typeof value === "object" ? JSON.stringify(value) : String(value)];
}

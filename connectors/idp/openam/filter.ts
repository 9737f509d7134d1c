/**
 * Query filters of the common REST API (https://doc.openidentityplatform.org/openam/dev-guide/rest-api/about-rest-api-query),
 * passed on to LDAP with its matching rules. A field is an LDAP attribute's name; `_id` and unknown ones silently find nobody.
 */
export type Filter = string & { readonly __brand: "Filter" };

const quoted = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

/** Everybody. */
export const ALL = "true" as Filter;
export const eq = (field: string, value: string): Filter => `${field} eq ${quoted(value)}` as Filter;
export const ge = (field: string, value: string): Filter => `${field} ge ${quoted(value)}` as Filter;
export const present = (field: string): Filter => `${field} pr` as Filter;
export const not = (filter: Filter): Filter => `!(${filter})` as Filter;
export const and = (...filters: readonly Filter[]): Filter => {
	const narrowing = filters.filter((filter) => filter !== ALL);
	return (narrowing.length === 0 ? ALL : narrowing.join(" and ")) as Filter;
};

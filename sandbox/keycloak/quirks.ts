/** Known ways in which Keycloak servers differ or misbehave; all off by default. May be changed while the server runs. */
export interface KeycloakQuirks {
	/**
	 * What `search=%20&populateHierarchy=false` answers. `flat`: every group of every level (26.7.4, seen).
	 * `tree`: populateHierarchy is unknown, subGroups come filled. `top`: only top groups. Older versions.
	 */
	flatGroups: "flat" | "tree" | "top";
	/**
	 * `overlap`: each page of members after the first begins with the last member of the page before.
	 * `endless`: every page is the first page. https://github.com/keycloak/keycloak/issues/23966
	 */
	members: "right" | "overlap" | "endless";
	/** Each request for users sees another order, so people are missed and doubled at page ends: https://github.com/keycloak/keycloak/issues/51546 */
	unstableUserOrder: boolean;
	/** Usernames that this account may not see: taken out after paging, so pages come short: https://github.com/keycloak/keycloak/issues/37614 */
	hiddenUsers: readonly string[];
	/** Fine-grained permissions are on: counts know only what the account may see. Off: counts show everybody. */
	fineGrained: boolean;
}

export const plainQuirks: KeycloakQuirks = {
	flatGroups: "flat",
	members: "right",
	unstableUserOrder: false,
	hiddenUsers: [],
	fineGrained: false,
};

import type { SourceConfig } from "../../../config/schema.ts";
import { activedirectory } from "./activedirectory.ts";
import type { Card } from "./card.ts";
import { crowd } from "./crowd.ts";
import { entra } from "./entra.ts";
import { files } from "./files.ts";
import { google } from "./google.ts";
import { jumpcloud } from "./jumpcloud.ts";
import { keycloak } from "./keycloak.ts";
import { ldap } from "./ldap.ts";
import { okta } from "./okta.ts";
import { onelogin } from "./onelogin.ts";
import { openam } from "./openam.ts";
import { scim } from "./scim.ts";

/** Every kind of source that a configuration can have. A new directory: one file beside this one, and its name here. */
export const CARDS: { readonly [Kind in SourceConfig["kind"]]: Card } = {
	activedirectory,
	crowd,
	entra,
	files,
	google,
	jumpcloud,
	keycloak,
	ldap,
	okta,
	onelogin,
	openam,
	scim,
};

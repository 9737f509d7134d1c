import { connectorSuite } from "./connector.ts";
import { ldapStandIn } from "./ldap-harness.ts";

connectorSuite(ldapStandIn("openldap"));

import { connectorSuite } from "./connector.ts";
import { keycloakStandIn } from "./keycloak-harness.ts";

connectorSuite(keycloakStandIn("Keycloak stand-in", { federated: false }));
connectorSuite(keycloakStandIn("Keycloak stand-in with people from LDAP", { federated: true }));

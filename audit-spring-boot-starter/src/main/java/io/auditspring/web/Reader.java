package io.auditspring.web;

import java.util.List;

import io.auditspring.Actor;
import io.auditspring.AuditAccess;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who reads, and what of the trail that is.
 *
 * @param access what the policy grants
 * @param actor the reader, as entries name them
 * @param tenant the tenant they read for, or {@code null}
 * @param tenants whether the application knows tenants at all
 */
record Reader(AuditAccess access, Actor actor, @Nullable String tenant, boolean tenants) {

	private static final JsonMapper JSON = new JsonMapper();

	private static final List<String> PLACE = List.of("seq", "revision", "prevHash", "hash");

	/** Whether nothing is kept from this reader. */
	boolean seesAll() {
		return seesEveryActor() && !confined();
	}

	/**
	 * Confines a query to what the reader may see. Added to whatever the request asks
	 * for, so no filter can take it away.
	 * @param query what is asked for
	 * @return what is answered
	 */
	AuditQuery narrow(AuditQuery query) {
		AuditQuery own = seesEveryActor() ? query : query.actor(this.actor);
		if (!confined()) {
			return own;
		}
		return (this.tenant != null) ? own.tenant(this.tenant) : own.withoutTenant();
	}

	/**
	 * An entry as this reader may see it. Its place in the ledger tells how much
	 * everybody did, and its hashes whether somebody did something in between: who may
	 * read only what they did gets {@code null} there.
	 * @param entry the entry
	 * @return what to write as JSON
	 */
	Object show(AuditEntry entry) {
		if (seesEveryActor()) {
			return entry;
		}
		ObjectNode shown = JSON.valueToTree(entry);
		PLACE.forEach(shown::putNull);
		return shown;
	}

	/** Whether what others did is shown, too. */
	boolean seesEveryActor() {
		return this.access.extent() == AuditAccess.Extent.ALL;
	}

	private boolean confined() {
		return this.tenants && !this.access.acrossTenants();
	}

}

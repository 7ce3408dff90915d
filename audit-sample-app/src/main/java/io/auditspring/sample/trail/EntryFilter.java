package io.auditspring.sample.trail;

import io.auditspring.query.AuditQuery;
import org.jspecify.annotations.Nullable;

/**
 * The request's parameters. What is left out does not filter.
 *
 * @param actor the actor's id
 * @param action the action
 * @param targetType the target's type, only together with its id
 * @param targetId the target's id
 * @param relatedType a related resource's type, only together with its id
 * @param relatedId a related resource's id
 * @param limit how many entries at most
 */
record EntryFilter(@Nullable String actor, @Nullable String action, @Nullable String targetType,
		@Nullable String targetId, @Nullable String relatedType, @Nullable String relatedId, @Nullable Integer limit) {

	AuditQuery toQuery() {
		AuditQuery query = AuditQuery.all();
		if (this.actor != null) {
			query = query.actor(this.actor);
		}
		if (this.action != null) {
			query = query.action(this.action);
		}
		if (this.targetType != null && this.targetId != null) {
			query = query.target(this.targetType, this.targetId);
		}
		if (this.relatedType != null && this.relatedId != null) {
			query = query.related(this.relatedType, this.relatedId);
		}
		return (this.limit != null) ? query.limit(this.limit) : query;
	}

}

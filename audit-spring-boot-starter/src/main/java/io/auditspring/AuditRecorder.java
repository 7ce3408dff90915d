package io.auditspring;

/**
 * Records what no method call stands for. Inject the bean.
 */
public interface AuditRecorder {

	/**
	 * Records an event. Actor, request and time are filled in where the record leaves
	 * them open. Within a transaction the entry is delivered with it, like that of an
	 * {@link Audited} call.
	 * @param record what happened
	 */
	void record(AuditRecord record);

}

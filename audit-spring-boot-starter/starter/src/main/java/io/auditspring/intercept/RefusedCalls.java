package io.auditspring.intercept;

import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Tells whether a call that access control refuses leaves an entry of its own.
 */
public final class RefusedCalls {

	private RefusedCalls() {
	}

	/**
	 * Notes that access control refuses a call.
	 * @param invocation the call
	 * @param refusal what it is refused with
	 * @return whether the call is audited and has not come to the method yet: then its
	 * own entry tells of the refusal
	 */
	public static boolean note(MethodInvocation invocation, Throwable refusal) {
		AuditFrame frame = (invocation instanceof ProxyMethodInvocation) ? AuditFrame.of(invocation) : null;
		if (frame == null || frame.isReached()) {
			return false;
		}
		frame.refused(refusal);
		return true;
	}

}

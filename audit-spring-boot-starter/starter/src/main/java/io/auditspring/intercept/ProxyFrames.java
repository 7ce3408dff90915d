package io.auditspring.intercept;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Hands the frame of a call from a proxy to one within it: each has an invocation of its
 * own, with nothing in common. Most beans have only one.
 */
class ProxyFrames {

	static final ProxyFrames SINGLE = new ProxyFrames();

	/**
	 * The frame of a call that a proxy around this one has let through.
	 * @param method the method that is called
	 * @return the frame, or {@code null} where this is the outermost proxy
	 */
	@Nullable AuditFrame of(AuditedMethod method) {
		return null;
	}

	@Nullable Object within(@Nullable AuditFrame frame, MethodInvocation invocation) throws Throwable {
		return invocation.proceed();
	}

	/**
	 * Those of a bean whose proxies are around each other.
	 */
	static final class Nested extends ProxyFrames {

		private final ThreadLocal<@Nullable AuditFrame> frames = new ThreadLocal<>();

		@Override
		@Nullable AuditFrame of(AuditedMethod method) {
			AuditFrame frame = this.frames.get();
			return (frame != null && frame.method() == method) ? frame : null;
		}

		@Override
		@Nullable Object within(@Nullable AuditFrame frame, MethodInvocation invocation) throws Throwable {
			AuditFrame previous = this.frames.get();
			replace(frame);
			try {
				return invocation.proceed();
			}
			finally {
				replace(previous);
			}
		}

		private void replace(@Nullable AuditFrame frame) {
			if (frame != null) {
				this.frames.set(frame);
			}
			else {
				this.frames.remove();
			}
		}

	}

}
